export { isOverBytes } from '../text-size.ts'
