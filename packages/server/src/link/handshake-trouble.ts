/** Why two ends of a link did not come together, in words that name what to correct. */
const troubles: readonly (readonly [sign: RegExp, say: string])[] = [
  [/bad record mac|BAD_RECORD_MAC|DECRYPTION_FAILED/i, 'the two ends have different cluster keys'],
  [/wrong version number|packet length too long/i, 'only one end has a [cluster] protection'],
  [
    /handshake failure|no shared cipher|unsupported protocol|no suitable/i,
    'one end has a cluster key, the other certificates',
  ],
]

export function handshakeTrouble({ message }: Error): string {
  const known = troubles.find(([sign]) => sign.test(message))
  if (known !== undefined) return known[1]
  // OpenSSL's own lines: thread:error:code:library:function:reason:file:line:
  return /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]*):/.exec(message)?.[1] ?? message.trim()
}
