/** Every subcommand, in the order of the help. */
import type { Subcommand } from './subcommand.ts'

const configOptions = [
  ['--config FILE', 'the configuration, instead of ./starling.toml'],
  ['--data FOLDER', 'the data folder, instead of the configured one'],
] as const
const portOption = ['--port PORT', 'the port of the first front-end'] as const
const identityOptions = [
  ['--address ADDRESS', "the front-end's address, instead of the remembered one"],
  ['--name NAME', 'who to be, when nobody is remembered (a guest)'],
  ['--profile PROFILE', 'another identity than "default"'],
  ['--fingerprint PRINT', 'the only certificate to accept, by its SHA-256 fingerprint'],
] as const

export const subcommands: readonly Subcommand[] = [
  {
    name: 'up',
    usage: 'up [options]',
    say: 'start all front-ends and backends on this machine and keep them running',
    options: [
      ...configOptions,
      portOption,
      ['--rebuild', 'engine "nats": make the stores anew from the log as it is now'],
      ['--verbose', 'show what the servers trace here instead of writing it to files'],
    ],
    isServer: true,
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'frontend',
    usage: 'frontend [--name NAME] [options]',
    say: 'run one front-end',
    options: [
      ['--name NAME', 'which, where the configuration has several'],
      ...configOptions,
      portOption,
    ],
    isServer: true,
    load: () => import('./commands/frontend.ts'),
  },
  {
    name: 'backend',
    usage: 'backend --name NAME [options]',
    say: 'run one backend',
    options: [
      ['--name NAME', 'which, as the configuration calls it'],
      ['--rebuild', 'engine "nats": make its store anew from the log as it is now'],
      ...configOptions,
    ],
    isServer: true,
    load: () => import('./commands/backend.ts'),
  },
  {
    name: 'check',
    usage: 'check [options]',
    say: 'check the configuration and show every value and where it came from',
    options: [...configOptions, portOption, ['--json', 'as JSON']],
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'top',
    usage: 'top [options]',
    say: 'watch the front-ends and backends',
    options: [
      ...configOptions,
      portOption,
      ['--once', 'one picture, then end'],
      ['--json', 'the figures as JSON, one line a picture; with --once only one'],
    ],
    load: () => import('./commands/top.ts'),
  },
  {
    name: 'chat',
    usage: 'chat [ADDRESS] [options]',
    say: 'chat in this terminal',
    options: [
      ...identityOptions.slice(1),
      [
        '--forget-certificate',
        'ask anew about the certificate, as after the server made a new one',
      ],
    ],
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'send',
    usage: 'send ROOM [TEXT|-] [options]',
    say: 'send a message and wait for its acknowledgement; "-": each line of the input is one',
    options: [
      ...identityOptions,
      ['--create', 'make the public room when there is none of that name'],
      ['--seconds N', 'wait so long for an answer (30); what was begun goes out with the next run'],
    ],
    load: () => import('./commands/send.ts'),
  },
  {
    name: 'tail',
    usage: 'tail ROOM [options]',
    say: "follow a room's entries",
    options: [
      ...identityOptions,
      ['--json', 'each entry as one line of JSON'],
      ['--last N', 'start with the newest N entries'],
      ['--from N', 'start with the entry of index N'],
      ['--count N', 'end after N entries; "| head" is noticed only with the entry after its last'],
    ],
    load: () => import('./commands/tail.ts'),
  },
  {
    name: 'backup',
    usage: 'backup FILE [options]',
    say: 'copy the installation to a file, while the servers run',
    options: configOptions,
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    usage: 'restore FILE [options]',
    say: 'bring a backup back, where nothing is yet',
    options: configOptions,
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'migrate',
    usage: 'migrate --from ENGINE --to ENGINE [options]',
    say: 'move the installation from "sqlite" to "nats" or back; servers rest for seconds',
    options: [
      ['--from ENGINE', 'the engine that has the data'],
      ['--to ENGINE', 'the engine that gets it'],
      ...configOptions,
    ],
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'sim',
    usage: 'sim [options]',
    say: 'run the whole cluster in virtual time, from a seed',
    options: [
      ['--seeds N', 'so many seeds'],
      ['--seed N --trace', 'one seed, telling all that happens'],
    ],
    load: () => import('./commands/sim.ts'),
  },
  {
    name: 'help',
    usage: 'help [COMMAND]',
    say: 'show this, or the options of a command',
    options: [],
    load: () => import('./commands/help.ts'),
  },
]
