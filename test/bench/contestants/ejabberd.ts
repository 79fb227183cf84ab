/**
 * ejabberd with what a chat for many takes: multi-user chat with an archive (XEP-0045, XEP-0313),
 * spoken to by WebSocket (RFC 7395), anonymous log-in. It is the system's own, run in a temporary
 * folder with a configuration and a database of its own. Joins are told only to who joins, so that
 * a thousand are in within seconds; that is its own option and changes nothing of messages.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onPath } from '../../../scripts/programs.ts'
import { FreePorts } from '../../cluster/free-ports.ts'
import { until } from '../../cluster/until.ts'
import { xmppDomain } from '../load/xmpp-dialect.ts'
import type { Contestant, RunningContestant } from './contestant.ts'

const startMsMax = 60_000
const stopMsMax = 10_000
/** Where Debian has it for root alone. */
const moreFolders = ['/usr/sbin', '/usr/local/sbin']

export const ejabberd: Contestant = {
  name: 'ejabberd, rooms with archive',
  dialect: 'xmpp',
  promises: 'at most once to who is connected; order in a room; archived, written to disk later',
  missing: () => {
    if (script() !== undefined) return undefined
    return 'no ejabberdctl on the PATH; the system’s package is called ejabberd'
  },
  start,
}

function script(): string | undefined {
  const env = { PATH: [process.env.PATH ?? '', ...moreFolders].join(':') }
  return onPath('ejabberdctl', { env })[0]
}

async function start(): Promise<RunningContestant> {
  const folder = mkdtempSync(join(tmpdir(), 'starling-ejabberd-'))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    const [port, nodePort] = await new FreePorts().take(2)
    const child = launch(folder, { port: port!, nodePort: nodePort! })
    const stop = async () => {
      if (child.exitCode === null && child.signalCode === null) {
        // The script ends when the server has; the other way about the server would still write.
        const pid = pidIn(folder)
        if (pid === undefined) process.kill(-child.pid!, 'SIGKILL')
        else process.kill(pid, 'SIGTERM')
        const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), stopMsMax)
        await once(child, 'exit')
        clearTimeout(late)
      }
      remove()
    }
    try {
      await until(() => isListening(child, port!, folder), {
        what: () => `ejabberd to listen\n${logOf(folder)}`,
        ms: startMsMax,
      })
      const pid = pidIn(folder)
      if (pid === undefined) throw new Error(`ejabberd listens, but tells no pid in ${folder}`)
      const place = { host: '127.0.0.1', ports: [port!], path: '/ws', subprotocol: 'xmpp' }
      return { ...place, pids: () => [pid], stop }
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    remove()
    throw error
  }
}

function pidIn(folder: string): number | undefined {
  const file = join(folder, 'pid')
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
}

interface Ports {
  readonly port: number
  /** Of the Erlang node, so that it needs no epmd. */
  readonly nodePort: number
}

/** As whoever runs the bench: the script itself would change to a user of its own. */
function launch(folder: string, { port, nodePort }: Ports): ChildProcess {
  const at = (name: string) => join(folder, name)
  for (const name of ['spool', 'logs']) mkdirSync(at(name))
  const ownUser = readFileSync(script()!, 'utf8').replace(/^INSTALLUSER=.*$/m, 'INSTALLUSER=')
  writeFileSync(at('ejabberdctl'), ownUser, { mode: 0o755 })
  writeFileSync(at('inetrc'), '{lookup,["file","native"]}.\n{host,{127,0,0,1},["localhost"]}.\n')
  writeFileSync(at('ejabberd.yml'), configuration(port))
  const settings = {
    ERLANG_NODE: 'ejabberd-bench@localhost',
    ERL_DIST_PORT: `${nodePort}`,
    INET_DIST_INTERFACE: '127.0.0.1',
    EJABBERD_PID_PATH: at('pid'),
    ERL_OPTIONS: '"-env ERL_CRASH_DUMP_BYTES 0"',
    ERL_MAX_PORTS: '65536',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(at('ejabberdctl.cfg'), lines.join(''))
  const places = [
    ...['--config-dir', folder, '--config', at('ejabberd.yml')],
    ...['--ctl-config', at('ejabberdctl.cfg'), '--spool', at('spool'), '--logs', at('logs')],
  ]
  const env = { ...process.env, HOME: folder }
  const stderr = openSync(at('logs/stderr'), 'w')
  const child = spawn(at('ejabberdctl'), [...places, 'foreground-quiet'], {
    ...{ cwd: folder, env, detached: true },
    stdio: ['ignore', 'ignore', stderr],
  })
  closeSync(stderr)
  return child
}

function configuration(port: number): string {
  return `
loglevel: error
hosts: [${xmppDomain}]
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
websocket_timeout: 1 hour
websocket_ping_interval: 1 hour
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    backlog: 4096
    request_handlers:
      /ws: ejabberd_http_ws
modules:
  mod_mam:
    default: never
  mod_muc:
    access_create: all
    max_users: 20000
    history_size: 0
    default_room_options:
      mam: true
      max_users: 20000
      presence_broadcast: []
`
}

async function isListening(child: ChildProcess, port: number, folder: string): Promise<boolean> {
  if (child.exitCode !== null) {
    throw new Error(`ejabberd ended with ${child.exitCode}\n${logOf(folder)}`)
  }
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false
    throw error
  } finally {
    socket.destroy()
  }
}

function logOf(folder: string): string {
  const files = ['stderr', 'ejabberd.log'].map((name) => join(folder, 'logs', name))
  return files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n')
}
