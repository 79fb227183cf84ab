/**
 * Makes two machines of a kind with a process on one of them, tells what there is, and then waits
 * to be killed, or ends at once when told to.
 */
import { type MachineKind, openMachines } from './open-machines.ts'

const [kind, then] = process.argv.slice(2) as [MachineKind, string]
const machines = await openMachines(['one', 'two'], kind)
const child = machines.get('one').spawn([process.execPath, '-e', 'setInterval(() => {}, 1000)'])
console.log(JSON.stringify({ folder: machines.folder, pid: child.pid }))
if (then === 'exit') process.exit(0)
