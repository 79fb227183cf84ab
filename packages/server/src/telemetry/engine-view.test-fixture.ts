import type { NatsEngineView } from './engine-view.ts'

type Replica = NatsEngineView['replicas'][number]

export function replica(server: string, change: Partial<Replica> = {}): Replica {
  return {
    server,
    isLeader: false,
    isCurrent: true,
    isOffline: false,
    lag: 0,
    silentMs: 0,
    ...change,
  }
}

/** Three servers, n1 leads, all is well. */
export function natsView(change: Partial<NatsEngineView> = {}): NatsEngineView {
  return {
    kind: 'nats',
    identity: 'STARLING/abc',
    stream: 'STARLING',
    connectedTo: 'n1',
    appendsInFlight: 0,
    canAppend: true,
    why: '',
    ageMs: 200,
    leader: 'n1',
    replicas: [replica('n1', { isLeader: true }), replica('n2'), replica('n3')],
    head: 1_500,
    records: 1_500,
    bytes: 312_000_000,
    bytesMax: 10_000_000_000,
    ...change,
  }
}
