/** `starling chat [ADDRESS]`: the terminal client. */
import { parseArgs } from 'node:util'
import { loadChat } from '@starling/terminal/load-chat'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.ts'
import type { RunCommand } from '../subcommand.ts'
import { version } from '../version.ts'

export const run: RunCommand = async (args): Promise<ExitCode> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      profile: { type: 'string' },
      fingerprint: { type: 'string' },
      'forget-certificate': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const [address, ...rest] = positionals
  if (rest.length > 0) throw new UsageError('only one address')
  const { runChat } = await loadChat()
  const { name, profile, fingerprint } = values
  const code = await runChat({
    version: version(),
    isCertificateForgotten: values['forget-certificate'],
    ...(address === undefined ? {} : { address }),
    ...(name === undefined ? {} : { name }),
    ...(profile === undefined ? {} : { profile }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  })
  return code === 0 ? exitCodes.done : exitCodes.failed
}
