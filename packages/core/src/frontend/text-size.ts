/** For those that still look for it here. */
export { codePoints, isOverBytes } from '../text-size.ts'
