/** Times and days in the words and the zone of who reads. Making a formatter is slow: once each. */
import { texts } from '../texts.ts'

export interface Moments {
  readonly time: (at: number) => string
  /** For narrow places: without the half of the day. */
  readonly clock: (at: number) => string
  readonly day: (at: number) => string
  readonly full: (at: number) => string
  /** Minutes east of Greenwich at that moment. */
  readonly zone: (at: number) => number
}

const dayMs = 86_400_000

export function momentsFor(language: string | undefined, now: () => number): Moments {
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  })
  const dayAndYear = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'medium' })
  const zone = (at: number) => -new Date(at).getTimezoneOffset()
  const dayNumber = (at: number) => Math.floor((at + zone(at) * 60_000) / dayMs)
  return {
    time: (at) => time.format(at),
    clock: (at) => {
      const parts = time.formatToParts(at).filter(({ type }) => type !== 'dayPeriod')
      return parts
        .map(({ value }) => value)
        .join('')
        .trim()
    },
    day: (at) => {
      const ago = dayNumber(now()) - dayNumber(at)
      if (ago === 0) return texts.today
      if (ago === 1) return texts.yesterday
      return ago > 300 || ago < 0 ? dayAndYear.format(at) : day.format(at)
    },
    full: (at) => full.format(at),
    zone,
  }
}
