/** Addresses of front-ends as people write them. */
const portDefault = 4600

/**
 * `host`, `host:port`, `ws://…` or `wss://…`, as the address to dial. Without a scheme it is
 * `wss://`, but `ws://` when the host is this machine, where a server listens without TLS by
 * default.
 * @throws Error that says what is wrong with it.
 * @example dialAddress('localhost') // 'ws://localhost:4600' dialAddress('chat.example.org') //
 * 'wss://chat.example.org:4600'
 */
export function dialAddress(written: string): string {
  const text = written.trim()
  const hasScheme = /^[a-z]+:\/\//i.test(text)
  const url = URL.parse(hasScheme ? text : `wss://${text}`)
  const isWebSocket = url?.protocol === 'ws:' || url?.protocol === 'wss:'
  if (url === null || !isWebSocket || url.hostname === '' || url.username !== '') {
    throw new Error(
      `"${written}" is not the address of a server; write host, host:port, wss://host or ws://host`,
    )
  }
  const scheme = hasScheme ? url.protocol : isThisMachine(url.hostname) ? 'ws:' : 'wss:'
  // A URL drops the port that is usual for its scheme, also when it was written.
  const usual = !hasScheme && /:443$/.test(text) ? '443' : ''
  const port = url.port || usual || (hasScheme ? '' : `${portDefault}`)
  const path = url.pathname === '/' ? '' : url.pathname
  return `${scheme}//${url.hostname}${port === '' ? '' : `:${port}`}${path}`
}

export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
