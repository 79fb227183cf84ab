/**
 * What the servers get to see, byte for byte: all that passes between front-end and backends, and
 * all that is in their folder (log and store). What is said in an open room is found there, so
 * the search would find what it looks for.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Cluster } from '../cluster/cluster.ts'
import { arrivals, value } from './encrypted-people.ts'
import { LinkTap } from './link-tap.ts'

const said = {
  title: 'Operation Nightingale',
  topic: 'where the lanterns are hidden',
  short: 'heron',
  long: 'the lanterns stand behind the third willow, counted from the mill',
  edited: 'no, behind the fourth willow, as the miller says',
  reaction: '🪔',
  direct: 'nobody else shall know of the amber casket',
} as const
/** A shorter piece would be found by chance. */
const spelledMin = 8
const open = 'this is said in an open room, for all to read'

test('[P10] what is written in encrypted rooms passes no link and lies in no file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'starling-bytes-'))
  const { cluster, taps } = await tappedCluster()
  const people = arrivals(cluster.addresses, folder)
  try {
    await converse(people)
    const seen = Buffer.concat([...taps.map(({ bytes }) => bytes), filesIn(cluster.directory)])
    assert.ok(seen.includes(open), 'what is said in the open room is not found')
    for (const [what, text] of Object.entries(said)) {
      for (const [way, bytes] of spellings(text)) {
        assert.equal(seen.indexOf(bytes), -1, `${what} is found, as ${way}`)
      }
    }
  } finally {
    await Promise.all(people.open.map(({ client }) => client.close()))
    for (const tap of taps) tap.close()
    await cluster.remove()
    rmSync(folder, { recursive: true, force: true })
  }
})

async function tappedCluster() {
  const cluster = await Cluster.create()
  let config = readFileSync(cluster.configFile, 'utf8')
  const taps: LinkTap[] = []
  for (const { port } of cluster.backends) {
    const tap = await LinkTap.before(port)
    taps.push(tap)
    const place = (at: number) => `"127.0.0.1:${at}"`
    const tapped = `address = ${place(tap.port)}\nlisten = ${place(port)}`
    config = config.replace(`address = ${place(port)}`, tapped)
  }
  writeFileSync(cluster.configFile, config)
  await cluster.start()
  return { cluster, taps }
}

async function converse(people: ReturnType<typeof arrivals>): Promise<void> {
  const [ann, ben] = [await people.arrive('ann'), await people.arrive('ben')]
  await ann.is('ready')
  await ben.is('ready')
  const { title, topic } = said
  const room = value(await ann.client.createRoom({ title, topic, kind: 'private' }))
  await ann.isIn(room)
  value(await ann.client.invite(room, 'ben'))
  value(await ben.client.join(room))
  await ben.isIn(room)
  const index = await ann.say(room, said.short)
  const long = await ann.say(room, said.long)
  assert.ok((await ann.client.edit(room, long, said.edited).settled).ok)
  await ben.read(room, said.short, said.edited)
  const reaction = { emoji: said.reaction, on: true }
  assert.ok((await ben.client.react(room, index, reaction).settled).ok)
  const direct = value(await ben.client.openDirect('ann'))
  await ben.isIn(direct)
  await ben.say(direct, said.direct)
  await ann.read(direct, said.direct)
  const lobby = value(await ann.client.createRoom({ title: 'open to all' }))
  await ann.say(lobby, open)
}

/** The text as it is, and as it would be where bytes are written as text. */
function spellings(text: string): readonly (readonly [string, Buffer])[] {
  const bytes = Buffer.from(text)
  // Of base64 the same bytes have three spellings, by where they begin; the ends are shared.
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const [from, to] = [before === 0 ? 0 : before + 1, -2]
    return [padded.toString('base64'), padded.toString('base64url')].map((spelled) =>
      spelled.replace(/=+$/, '').slice(from, to),
    )
  })
  return [
    ['UTF-8', bytes],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ...[...new Set(inBase64)]
      .filter((spelled) => spelled.length >= spelledMin)
      .map((spelled) => ['base64', Buffer.from(spelled)] as const),
  ]
}

function filesIn(directory: string): Buffer {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))))
}
