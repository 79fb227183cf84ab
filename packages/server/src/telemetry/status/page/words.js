/** The page's words: numbers, states and reasons as sentences for people. */

/** 3, 12, 1.2 k. A rate below 10 has one digit more. */
export function amount(number) {
  if (number >= 10_000) return `${(number / 1_000).toFixed(number < 100_000 ? 1 : 0)} k`
  return Number.isInteger(number) || number >= 10 ? `${Math.round(number)}` : number.toFixed(1)
}

export function rate(number) {
  return number > 0 && number < 0.1 ? '<0.1/s' : `${amount(number)}/s`
}

export function many(number, one, several = `${one}s`) {
  return `${amount(number)} ${number === 1 ? one : several}`
}

export const stateWords = {
  active: 'active',
  silent: 'silent',
  'cut-off': 'cut off',
  draining: 'draining',
  down: 'down',
  running: 'running',
  unseen: 'not seen',
}

/** How a state is coloured: well, on its way, gone. */
export const stateKinds = {
  active: 'well',
  running: 'well',
  silent: 'unsure',
  draining: 'unsure',
  unseen: 'unsure',
  'cut-off': 'gone',
  down: 'gone',
}

const reasons = {
  own: 'to the client’s own backend',
  'own: gone': 'to a new own backend, since theirs is gone',
  'long-message': 'a long message, to the first active primary',
  'fewest-clients': 'a new client, to the backend with the fewest',
  'two-choices': 'to the less busy of two',
  feed: 'to the backend that feeds the room',
  resend: 'again, to another backend',
  'resend: silent': 'again, since its backend fell silent',
  'resend: overdue': 'again, since its backend took too long',
  'resend: down': 'again, since its backend went down',
  'resend: link closed': 'again, since its backend went down',
  'resend: cut-off': 'again, since its backend lost the log',
  'resend: draining': 'again, since its backend is ending',
  'resend: stale': 'again, since its backend was behind',
}

export function reasonWords(reason) {
  if (Object.hasOwn(reasons, reason)) return reasons[reason]
  const [why, but] = reason.split(': ')
  const words = Object.hasOwn(reasons, why) ? reasons[why] : why
  return but === undefined ? words : `${words} (${but})`
}

/** How bad it is as a whole. */
export function kindOf({ backends }) {
  const active = backends.filter(({ state }) => state === 'active').length
  return active === backends.length ? 'well' : active > 0 ? 'unsure' : 'gone'
}

/** One sentence that says how it is. */
export function sentenceOf({ backends, clients, requestsPerSecond }) {
  const bad = backends.filter(({ state }) => state !== 'active')
  const crowd = `${many(clients, 'client')}, ${amount(requestsPerSecond)} requests a second`
  if (backends.length === 0) return crowd
  if (bad.length === 0) return `All ${backends.length} backends are active · ${crowd}`
  if (bad.length === backends.length) return `No backend is active: requests wait · ${crowd}`
  const names = bad.map(({ name, state }) => `${name} is ${stateWords[state] ?? state}`)
  const whose = bad.length === 1 ? 'its' : 'their'
  return `${names.join(', ')}; the others do ${whose} work · ${crowd}`
}
