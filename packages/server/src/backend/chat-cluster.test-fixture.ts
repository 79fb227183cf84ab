/** A front-end and backends of one process, over real links, on an engine of the test's choice. */
import type { TestContext } from 'node:test'
import { backendTuning } from '@starling/core/backend/backend-io'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { limits } from '@starling/protocol/limits'
import { frontendShellTuning } from '../frontend/frontend-settings.ts'
import { type RunningFrontend, startFrontend } from '../frontend/frontend-shell.ts'
import { type LinkSecurity, linkTuning } from '../link/link-settings.ts'
import { silentTrace } from '../telemetry/trace.ts'
import type { BackendEngine } from './backend-engine.ts'
import { type BackendSettings, backendShellTuning } from './backend-settings.ts'
import { type RunningBackend, startBackend } from './backend-shell.ts'
import type { PeerBackend } from './snapshot-taker.ts'

const linkSecurity: LinkSecurity = { kind: 'key', clusterKey: 'k'.repeat(40) }

/** `peers`: the backends that run already. */
export type OpenEngine = (
  settings: BackendSettings,
  peers: readonly PeerBackend[],
) => Promise<BackendEngine>

export interface ChatCluster {
  readonly frontend: RunningFrontend
  readonly backends: readonly RunningBackend[]
}

export function backendSettings(name: string, port = 0): BackendSettings {
  return {
    name,
    rank: 'primary',
    listen: { host: '127.0.0.1', port },
    linkSecurity,
    linkTuning,
    areGuestsAllowed: true,
    isRegistrationOpen: true,
    limits,
    tuning: backendTuning,
    shell: { ...backendShellTuning, passwords: { ...backendShellTuning.passwords, passes: 1 } },
    admin: { host: '127.0.0.1', port: 0 },
  }
}

export async function startChatBackend(
  t: TestContext,
  settings: BackendSettings,
  openEngine: () => Promise<BackendEngine>,
): Promise<RunningBackend> {
  const backend = await startBackend(settings, { trace: silentTrace(), openEngine })
  t.after(() => backend.abort())
  return backend
}

export async function startChatCluster(
  t: TestContext,
  openEngine: OpenEngine,
): Promise<ChatCluster> {
  const backends: RunningBackend[] = []
  const running: PeerBackend[] = []
  for (const name of ['primary-1', 'primary-2']) {
    const settings = backendSettings(name)
    const backend = await startChatBackend(t, settings, () => openEngine(settings, [...running]))
    backends.push(backend)
    running.push({ name, address: backend.address })
  }
  const frontend = await startFrontend(
    {
      name: 'frontend-1',
      host: '127.0.0.1',
      port: 0,
      reusePort: false,
      otherAddresses: [],
      tls: { kind: 'off' },
      allowPlaintext: false,
      origins: [],
      backends: running.map(({ name, address }) => ({ name, rank: 'primary', ...address })),
      linkSecurity,
      linkTuning,
      policy: 'size-and-clients',
      longMessageCharacters: 7,
      limits,
      tuning: { ...frontendTuning, drainSpreadMs: 50 },
      shell: frontendShellTuning,
      admin: { host: '127.0.0.1', port: 0 },
    },
    { trace: silentTrace() },
  )
  t.after(() => frontend.abort())
  return { frontend, backends }
}
