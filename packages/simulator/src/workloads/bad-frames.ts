/**
 * What no client of ours would say. It must be answered by a code, or by a close, and do nothing.
 */
import type { Workload } from './workload.ts'

const nonsense: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '"hello"',
  '{"t":"no such frame"}',
  '{"t":"send"}',
  '{"t":"send","room":"../..","outbox":"o","number":1,"op":{"kind":"join"}}',
  '{"t":"send","room":"r-1","outbox":"bad","number":0,"op":{"kind":"post","text":"bad"}}',
  '{"t":"send","room":"r-1","outbox":"bad","number":1.5,"op":{"kind":"post","text":"bad"}}',
  '{"t":"send","room":"r-1","outbox":"bad","number":1,"op":{"kind":"explode"}}',
  '{"t":"send","room":"__proto__","outbox":"bad","number":7,"op":{"kind":"post","text":"bad"}}',
  '{"t":"send","room":"r-1","outbox":"bad","number":99,"op":{"kind":"post","text":"bad gap"}}',
  '{"t":"history","ask":-1,"room":"r-1"}',
  '{"t":"history","ask":900001,"room":"r-none","limit":100000}',
  '{"t":"read","ask":900002,"room":"r-1","upTo":1e300}',
  '{"t":"follow","room":"r-none","after":0}',
  '{"t":"hello","protocol":1,"auth":{"kind":"token","token":"short"}}',
]

export const badFrames: Workload = {
  name: 'bad-frames',
  weight: 1,
  act(client, _scene, random) {
    const text = random.isHit(0.1) ? 'x'.repeat(200_000) : random.pick(nonsense)
    client.sendRaw(text)
  },
}
