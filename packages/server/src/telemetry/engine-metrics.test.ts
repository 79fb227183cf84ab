import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineMetrics } from './engine-metrics.ts'
import { natsView, replica } from './engine-view.test-fixture.ts'
import type { EngineView } from './engine-view.ts'
import { registerFigures } from './figures-to-metrics.ts'

/** The lines of the metrics that have a value, without the common beginning of their names. */
async function linesOf(position: number, engine: EngineView): Promise<readonly string[]> {
  const registry = registerFigures(engineMetrics, () => ({ position, shell: { engine } }))
  const text = await registry.metrics()
  const prefix = 'starling_backend_'
  return text.split('\n').flatMap((line) => {
    return line.startsWith(prefix) ? [line.slice(prefix.length)] : []
  })
}

test('the engine’s size, head, leader and servers are metrics', async () => {
  const view = natsView({
    connectedTo: 'n2',
    appendsInFlight: 3,
    replicas: [
      replica('n1', { isLeader: true }),
      replica('n2', { isCurrent: false, lag: 7, silentMs: 250 }),
    ],
  })
  const lines = await linesOf(1_480, view)
  const states = lines.filter((line) => line.startsWith('engine_server_state') && / 1$/.test(line))
  assert.deepEqual(
    [...lines.filter((line) => !line.startsWith('engine_server_state')), ...states],
    [
      'lag_records 20',
      'engine_used_bytes{engine="nats"} 312000000',
      'engine_limit_bytes{stream="STARLING"} 10000000000',
      'engine_head{stream="STARLING"} 1500',
      'engine_records{stream="STARLING"} 1500',
      'engine_appends_in_flight{stream="STARLING"} 3',
      'engine_has_leader{stream="STARLING"} 1',
      'engine_view_age_seconds{stream="STARLING"} 0.2',
      'engine_server_lag{stream="STARLING",server="n1"} 0',
      'engine_server_lag{stream="STARLING",server="n2"} 7',
      'engine_server_silence_seconds{stream="STARLING",server="n1"} 0',
      'engine_server_silence_seconds{stream="STARLING",server="n2"} 0.25',
      'engine_server_connected{stream="STARLING",server="n2"} 1',
      'engine_server_state{stream="STARLING",server="n1",state="leader"} 1',
      'engine_server_state{stream="STARLING",server="n2",state="behind"} 1',
    ],
  )
})

test('while no leader answers, no state of an engine server is claimed to be known', async () => {
  const lines = await linesOf(1_500, natsView({ ageMs: 4_200 }))
  assert.ok(lines.includes('engine_has_leader{stream="STARLING"} 0'))
  assert.ok(lines.includes('engine_view_age_seconds{stream="STARLING"} 4.2'))
  const states = lines.filter((line) => line.startsWith('engine_server_state') && / 1$/.test(line))
  assert.equal(states.length, 3)
  for (const line of states) assert.match(line, /state="unknown"/)
})

test('the embedded engine has a size, and nothing of servers', async () => {
  assert.deepEqual(await linesOf(7, { kind: 'sqlite', file: 'starling.db', bytes: 8_192 }), [
    'lag_records 0',
    'engine_used_bytes{engine="sqlite"} 8192',
  ])
})
