import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { runGroup } from './command-group.ts'

const forGood = 'setInterval(() => {}, 1000)'
const node = process.execPath

test('a command that ends with 0 is no trouble and leaves nobody', async () => {
  assert.deepEqual(await runGroup([node, '-e', ''], process.env), { trouble: undefined, left: [] })
  assert.equal((await runGroup([node, '-e', 'process.exit(3)'], process.env)).trouble, 'exit 3')
  assert.match((await runGroup(['/nowhere'], process.env)).trouble ?? '', /ENOENT/)
})

test('who outlives a command is waited for, named and killed', async () => {
  const start = `require('child_process').spawn('${node}', ['-e', '${forGood}'])`
  const script = `${start}; process.exit()`
  const { left } = await runGroup([node, '-e', script], process.env, 100)
  assert.equal(left.length, 1)
  assert.match(left[0]!, /setInterval/)
})

test('a signal goes to all of the group', async (t) => {
  const url = new URL('./command-group.ts', import.meta.url).href
  const inner = `console.log('here'); ${forGood}`
  const script = `
    import { runGroup } from '${url}'
    const ended = await runGroup(['${node}', '-e', ${JSON.stringify(inner)}], process.env)
    console.log(JSON.stringify(ended))`
  const child = spawn(node, ['--input-type=module', '-e', script])
  t.after(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString()
  })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  await once(child, 'close')
  assert.deepEqual(JSON.parse(printed.split('\n').at(-2)!), { trouble: 'SIGTERM', left: [] })
})
