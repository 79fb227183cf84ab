/** One seed alone: its trace as it goes, then what it counted. */
import { writeSync } from 'node:fs'
import { simulate } from '../simulate.ts'

export function traceSeed(seed: number, isTraced: boolean): number {
  const lines: string[] = []
  const flush = () => {
    if (lines.length > 0) writeWhole(`${lines.splice(0).join('\n')}\n`)
  }
  const read = (line: string) => {
    lines.push(line)
    if (lines.length >= 1_000) flush()
  }
  const report = simulate(seed, isTraced ? read : undefined)
  flush()
  const { broken, counts, steps, virtualMs } = report
  const struck = [...counts.faults].map(([name, times]) => `${name} ${times}`).join(', ')
  console.log(`seed ${seed}: ${steps} steps, ${(virtualMs / 1000).toFixed(1)} virtual seconds`)
  console.log(`  ${counts.acked} acked, ${counts.refused} refused, ${counts.records} records`)
  console.log(`  faults: ${struck === '' ? 'none' : struck}`)
  if (broken === undefined) return 0
  console.log(`  BROKEN ${broken.promise}: ${broken.message}`)
  return 1
}

/** A pipe takes what it has room for. */
function writeWhole(text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}
