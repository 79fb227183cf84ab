/** For development: `node packages/terminal/src/main.ts [address] [name] [profile]`. */
import { loadChat } from './load-chat.ts'

const [address, name, profile] = process.argv.slice(2)
const { runChat } = await loadChat()
process.exitCode = await runChat({
  ...(address === undefined ? {} : { address }),
  ...(name === undefined ? {} : { name }),
  ...(profile === undefined ? {} : { profile }),
})
