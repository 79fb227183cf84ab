/** How moments read. The zone is an argument, so that a frame is the same wherever tests run. */
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Minutes to add to UTC at that moment. */
export type ZoneOffset = (at: number) => number

export function clockOf(at: number, zone: ZoneOffset): string {
  const minutes = Math.floor((at + zone(at) * minuteMs) / minuteMs)
  const ofDay = ((minutes % 1440) + 1440) % 1440
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`
}

/** Days since 1970 in that zone. */
export function dayOf(at: number, zone: ZoneOffset): number {
  return Math.floor((at + zone(at) * minuteMs) / dayMs)
}

/** `Today`, `Yesterday`, `Tuesday 3 June`, `Tuesday 3 June 2025`. */
export function dayName(day: number, today: number): string {
  if (day === today) return 'Today'
  if (day === today - 1) return 'Yesterday'
  const date = new Date(day * dayMs)
  const name = `${weekdays[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]}`
  const isThisYear = date.getUTCFullYear() === new Date(today * dayMs).getUTCFullYear()
  return isThisYear ? name : `${name} ${date.getUTCFullYear()}`
}
