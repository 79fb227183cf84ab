import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { arrivals, type TestDevice } from '../e2e/encrypted-people.ts'
import { TerminalPerson } from '../e2e/terminal-person.ts'
import { buildWebClient } from '../web/web-place.ts'
import { WebPerson } from './web-person.ts'

const room = 'hideout'
const password = 'a long password'

let cluster: Cluster
let folder: string
let people: ReturnType<typeof arrivals>
let terminal: TerminalPerson
const browsers: WebBrowser[] = []

before(async () => {
  buildWebClient()
  folder = mkdtempSync(join(tmpdir(), 'starling-together-'))
  cluster = await Cluster.create()
  await cluster.start()
  people = arrivals(cluster.addresses, folder)
})

after(async () => {
  await terminal?.leave()
  await Promise.all(people.open.map(({ client }) => client.close()))
  for (const browser of browsers) await browser.end()
  await cluster?.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function atBrowser(name: string): Promise<WebPerson> {
  const browser = await WebBrowser.launch()
  browsers.push(browser)
  const page = await browser.openPage(cluster.addresses[0]!.replace('ws', 'http'))
  return new WebPerson(page).register(name, password)
}

function readOf({ client }: TestDevice): readonly string[] {
  const lines = client.snapshot().rooms[0]?.timeline.lines ?? []
  return lines.flatMap((line) => (line.kind === 'message' ? [line.text] : []))
}

test('[P1] [P2] [P3] [P10] browsers and a terminal talk on while every server dies', async () => {
  const [ada, bob] = [await atBrowser('ada'), await atBrowser('bob')]
  const device = await people.arrive('cleo')
  await device.is('ready')
  terminal = new TerminalPerson(device, join(folder, 'screen'))
  await ada.createPrivateRoom(room)
  await ada.say(room, '/invite bob', '/invite cleo')
  await bob.page.getByRole('button', { name: 'Join', exact: true }).click()
  await bob.composer(room).waitFor()
  await terminal.sees(/Private roo/)
  terminal.enters('/join Private room of ada')
  await terminal.sees(/🔒 private/)
  // Who is in the room reads what is said from when their device is in its group.
  await device.isIn(device.client.snapshot().rooms[0]!.room)
  await bob.say(room, 'all are here')
  for (const one of [ada, bob]) await one.sees('all are here')
  await terminal.sees(/all are here/)

  const said = ['all are here']
  const says = async (who: 'ada' | 'bob' | 'cleo', text: string) => {
    said.push(text)
    if (who === 'ada') await ada.say(room, text)
    else if (who === 'bob') await bob.say(room, text)
    else terminal.enters(text)
  }
  for (const { role, name } of cluster.processes()) {
    await says('ada', `ada before ${name}`)
    assert.ok(cluster.signal(role, name, 'SIGKILL'), name)
    await says('bob', `bob without ${name}`)
    await says('cleo', `cleo without ${name}`)
    await Promise.all([ada, bob].map((one) => one.sees(`cleo without ${name}`)))
    await until(() => cluster.pidOf(role, name) !== undefined, { what: () => `another ${name}` })
  }
  for (const { role, name } of cluster.processes()) cluster.signal(role, name, 'SIGKILL')
  for (const who of ['ada', 'bob', 'cleo'] as const) await says(who, `${who} without any`)
  for (const one of [ada, bob]) for (const text of said) await one.sees(text)
  const cleos = () => readOf(device)
  const missing = () => said.filter((text) => !cleos().includes(text))
  await until(() => missing().length === 0, {
    what: () => `${missing().join(', ')} at the terminal`,
  })

  assert.deepEqual([...cleos()].sort(), [...said].sort())
  for (const { page, errors } of [ada, bob]) {
    const shown = await page.locator('.message .markdown').allTextContents()
    assert.deepEqual(shown, cleos())
    assert.deepEqual(errors, [])
  }
})
