/**
 * What the servers get to see, byte for byte: all that passes between clients and front-end and
 * between front-end and backends, and all that is in their folder (log, store, a backup, and traces
 * of all that they do). What is said in an open room is found in each of them, so the search would
 * find what it looks for.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Cluster } from '../cluster/cluster.ts'
import { arrivals, value } from './encrypted-people.ts'
import { LinkTap } from './link-tap.ts'
import { spellingsOf } from './spellings.ts'
import { unmasked } from './unmasked.ts'

const said = {
  title: 'Operation Nightingale',
  topic: 'where the lanterns are hidden',
  short: 'heron',
  long: 'the lanterns stand behind the third willow, counted from the mill',
  edited: 'no, behind the fourth willow, as the miller says',
  reaction: '🪔',
  direct: 'nobody else shall know of the amber casket',
} as const
const program = new URL('../../packages/cli/src/starling.ts', import.meta.url).pathname
const open = 'this is said in an open room, for all to read'

test('[P10] what is written in encrypted rooms passes no link and lies in no file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'starling-bytes-'))
  const { cluster, links, front } = await tappedCluster()
  const people = arrivals([`ws://127.0.0.1:${front.port}`], folder)
  try {
    await converse(people)
    const copy = join(cluster.directory, 'copy.db')
    execFileSync(process.execPath, [program, 'backup', '--config', cluster.configFile, copy])
    const seen = {
      'what clients say': Buffer.concat(front.there.map(unmasked)),
      'what clients hear': Buffer.concat(front.back.map(unmasked)),
      'what backends hear': Buffer.concat(links.flatMap(({ there }) => there)),
      'what backends say': Buffer.concat(links.flatMap(({ back }) => back)),
      'the files': filesIn(cluster.directory),
      'the backup': readFileSync(copy),
    }
    for (const [where, bytes] of Object.entries(seen)) {
      assert.ok(bytes.includes(open), `what is said in the open room is not found in ${where}`)
      for (const [what, text] of Object.entries(said)) {
        for (const [way, spelled] of spellingsOf(text)) {
          assert.equal(bytes.indexOf(spelled), -1, `${what} is found in ${where}, as ${way}`)
        }
      }
    }
  } finally {
    await Promise.all(people.open.map(({ client }) => client.close()))
    for (const tap of [...links, front]) tap.close()
    await cluster.remove()
    rmSync(folder, { recursive: true, force: true })
  }
})

async function tappedCluster() {
  const cluster = await Cluster.create({ config: '[trace]\nlevel = "trace"\n' })
  let config = readFileSync(cluster.configFile, 'utf8')
  const links: LinkTap[] = []
  for (const { port } of cluster.backends) {
    const tap = await LinkTap.before(port)
    links.push(tap)
    const place = (at: number) => `"127.0.0.1:${at}"`
    const tapped = `address = ${place(tap.port)}\nlisten = ${place(port)}`
    config = config.replace(`address = ${place(port)}`, tapped)
  }
  writeFileSync(cluster.configFile, config)
  await cluster.start()
  return { cluster, links, front: await LinkTap.before(cluster.frontends[0]!.port) }
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
  value(await ben.client.join(lobby))
  await ann.say(lobby, open)
  // The ack may come before the entry: only then has it passed to clients, too.
  await ben.read(lobby, open)
}

function filesIn(directory: string): Buffer {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))))
}
