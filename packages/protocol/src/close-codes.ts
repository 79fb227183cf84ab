/**
 * Why a front-end closes a connection. The range tells a client what to do, even for a code that
 * it has never seen: 4000–4099 come back at once, 4100–4199 come back after a backoff,
 * 4200–4299 log in first, 4300–4999 stay away.
 */
export const closeCodes = {
  drain: 4000,
  restart: 4001,
  overloaded: 4100,
  'slow-reader': 4101,
  silent: 4102,
  'rate-limited': 4103,
  'no-backend': 4104,
  'logged-out': 4200,
  'bad-frames': 4300,
  'protocol-version': 4301,
  'frame-too-large': 4302,
} as const

export type CloseReason = keyof typeof closeCodes
export type AfterClose = 'at-once' | 'backoff' | 'login' | 'stay-away'

/**
 * What to do after a close; standard WebSocket codes (1000–1015) mean: come back with a backoff.
 */
export function afterClose(code: number): AfterClose {
  if (code < 4000) return 'backoff'
  if (code < 4100) return 'at-once'
  if (code < 4200) return 'backoff'
  if (code < 4300) return 'login'
  return 'stay-away'
}
