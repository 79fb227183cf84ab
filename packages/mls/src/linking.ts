/**
 * How a new device gets a person's secrets from one that has them. The new one shows a code that
 * holds a fresh X25519 key; the other one seals the secrets to it (HPKE, RFC 9180, base mode) and
 * signs for the new device. Whoever carries the bytes learns nothing, but the code must come from
 * the new device's own screen: a code from elsewhere would hand the account to somebody else.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { ByteReader, type Bytes, ByteWriter, plain } from './bytes.ts'
import { refuse } from './mls-error.ts'

const publicKeyBytes = 32

export interface LinkKey {
  /** What the code shows. */
  readonly publicKey: Bytes
  readonly privateKey: CryptoKey
}

function suite(): CipherSuite {
  return new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  })
}

export async function createLinkKey(): Promise<LinkKey> {
  const { kem } = suite()
  const { publicKey, privateKey } = await kem.generateKeyPair()
  return { publicKey: new Uint8Array(await kem.serializePublicKey(publicKey)), privateKey }
}

/** `context`: what both devices know the link by; it opens with the same alone. */
export async function sealForLink(
  publicKey: Uint8Array,
  context: string,
  text: Uint8Array,
): Promise<Bytes> {
  return refuse('the code of a new device', async () => {
    const { kem } = suite()
    const recipientPublicKey = await kem.deserializePublicKey(plain(publicKey).slice().buffer)
    const settings = { recipientPublicKey, info: infoOf(context) }
    const { enc, ct } = await suite().seal(settings, plain(text).slice().buffer)
    return new ByteWriter().raw(new Uint8Array(enc)).raw(new Uint8Array(ct)).done()
  })
}

export async function openFromLink(
  { privateKey }: LinkKey,
  context: string,
  sealed: Uint8Array,
): Promise<Bytes> {
  const reader = new ByteReader(sealed)
  const [enc, text] = [reader.raw(publicKeyBytes), reader.rest()]
  return refuse('what another device sent', async () => {
    const settings = { recipientKey: privateKey, enc: enc.buffer, info: infoOf(context) }
    return new Uint8Array(await suite().open(settings, text.buffer))
  })
}

function infoOf(context: string): ArrayBuffer {
  return new ByteWriter().text('Starling 1 link').text(context).done().buffer
}
