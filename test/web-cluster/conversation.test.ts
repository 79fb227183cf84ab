/** People at browsers and at pipes talk while servers die. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { PipePerson } from './pipe-person.ts'
import { WebPerson } from './web-person.ts'

const room = 'general'

let cluster: Cluster
let browsers: readonly [WebBrowser, WebBrowser]
let ada: WebPerson
let bob: WebPerson
let piper: PipePerson
let page: string
const said: string[] = []

before(async () => {
  cluster = await Cluster.create()
  browsers = await Promise.all([WebBrowser.launch(), WebBrowser.launch()])
  await cluster.start()
  page = cluster.addresses[0]!.replace('ws', 'http')
  ada = await new WebPerson(await browsers[0].openPage(page)).enterAs('ada')
  bob = await new WebPerson(await browsers[1].openPage(page)).enterAs('bob')
  await ada.createRoom(room)
  await bob.join(room)
  piper = new PipePerson(cluster.addresses[0]!, `#${room}`)
})

after(async () => {
  await piper?.end()
  for (const browser of browsers ?? []) await browser.end()
  await cluster?.remove()
})

/** All have said what they were to say, and see the last of each. */
async function allSaw(...lists: readonly (readonly string[])[]): Promise<void> {
  said.push(...lists.flat())
  await piper.hears(...said)
  const last = lists.map((list) => list.at(-1)!.replace(/^\w+: /, ''))
  for (const person of [ada, bob]) for (const text of last) await person.sees(text)
}

/** Every message stands once, each person's in their order, and the entries without a hole. */
function check(): void {
  assert.deepEqual([...piper.messages].sort(), [...said].sort())
  for (const name of ['ada', 'bob', 'piper']) {
    const isTheirs = (message: string) => message.startsWith(`${name}: `)
    assert.deepEqual(piper.messages.filter(isTheirs), said.filter(isTheirs))
  }
  assert.deepEqual(
    piper.entries.map(({ index }) => index),
    piper.entries.map((_, at) => at + 1),
  )
  assert.deepEqual([...ada.errors, ...bob.errors], [])
}

async function talk(label: string, meanwhile: () => void = () => {}): Promise<void> {
  const texts = (name: string) =>
    Array.from({ length: 6 }, (_, at) =>
      at % 2 === 0 ? `${name}${label}${at}` : `a longer ${at} of ${label} by ${name}`,
    )
  piper.say(...texts('p'))
  await Promise.all([
    ada.say(room, ...texts('a')),
    bob.say(room, ...texts('b').slice(0, 3)).then(async () => {
      meanwhile()
      await bob.say(room, ...texts('b').slice(3))
    }),
  ])
  const as = (name: string, by: string) => texts(by).map((text) => `${name}: ${text}`)
  await allSaw(as('ada', 'a'), as('bob', 'b'), as('piper', 'p'))
}

test('[P1] [P3] two browsers and a pipe talk', async () => {
  await talk('hello')
  check()
})

test('[P9] [U8] a backend is killed while they type, and nobody sees trouble', async () => {
  for (const person of [ada, bob]) await person.notesTrouble()
  for (const name of ['primary-1', 'secondary-1']) {
    await talk(`without ${name}`, () => assert.ok(cluster.signal('backend', name, 'SIGKILL')))
  }
  check()
  assert.deepEqual([await ada.trouble(), await bob.trouble()], [[], []])
})

test('[P2] [P5] the front-end is killed while they type; all stands once', async () => {
  await talk('on', () => assert.ok(cluster.signal('frontend', 'frontend-1', 'SIGKILL')))
  check()
})

test('[P1] [P4] [U2] the unsent survives a reload without servers, is sent once', async () => {
  await cluster.killAll()
  const unsent = ['offline 1', 'a longer one, offline 2', 'offline 3']
  await ada.say(room, ...unsent)
  for (const text of unsent) await ada.sees(text)
  await ada.page.reload()
  for (const text of unsent) await ada.sees(text)
  assert.ok(await ada.composer(room).isEnabled())
  await cluster.start()
  await allSaw(unsent.map((text) => `ada: ${text}`))
  check()
})

test('[P2] [U2] two tabs have one connection; what both send stands once each', async () => {
  const second = new WebPerson(await browsers[0].openPage(ada.page.url()))
  await second.composer(room).waitFor()
  const clients = async () => {
    const { figures } = (await cluster.status('frontend-1')) as { figures: { clients: number } }
    return figures.clients
  }
  // Ada's two tabs, bob's one, and the two processes of the pipes.
  await until(async () => (await clients()) === 4, { what: 'four connections' })
  const [some, others] = [
    ['t1', 't2', 't3'],
    ['u1', 'u2', 'u3'],
  ]
  await Promise.all([ada.say(room, ...some!), second.say(room, ...others!)])
  const stand = [...some!, ...others!].map((text) => `ada: ${text}`)
  await piper.hears(...stand)
  assert.deepEqual(piper.messages.filter((one) => stand.includes(one)).sort(), [...stand].sort())
  for (const tab of [ada, second]) for (const text of ['t3', 'u3']) await tab.sees(text)
  assert.equal(await clients(), 4)
  await second.page.close()
  assert.deepEqual(second.errors, [])
})
