/**
 * What an unlinked device shows, and a person types or scans on another: 100 bits of the hash of
 * the key that the unlinked one waits with. The servers carry the key itself; they could give
 * another, but not one with this hash. Letters that are mistaken for digits are not used, and read
 * as those.
 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const signs = 20
const groupSigns = 5

export interface Waiting {
  readonly user: string
  readonly device: string
  readonly linkKey: Uint8Array
}

export async function linkCodeOf({ user, device, linkKey }: Waiting): Promise<string> {
  const named = new TextEncoder().encode(JSON.stringify(['Starling 1 link code', user, device]))
  const text = new Uint8Array([...named, ...linkKey])
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  const code = [...hash.subarray(0, signs)].map((byte) => alphabet[byte % alphabet.length])
  return (code.join('').match(new RegExp(`.{${groupSigns}}`, 'g')) ?? []).join('-')
}

export function isSameCode(typed: string, code: string): boolean {
  return bare(typed) === bare(code)
}

function bare(code: string): string {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '')
  return plain.replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}
