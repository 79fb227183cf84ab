import { UsageError } from '../exit-codes.ts'

export function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new UsageError(`${option} wants a whole number, not ${JSON.stringify(text)}`)
  }
  return Number(text)
}
