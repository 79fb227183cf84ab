/**
 * How many tests passed and failed. Node's reporter of dots, the one that people read, does not say
 * it; so the runner also writes a TAP report to a file, which ends with lines like `# pass 12`.
 */

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** Left out, or only noted as still to do. */
  readonly skipped: number
}

/**
 * Of a command that ended: what its TAP report says; a command without a report is one test. One
 * that failed without a failed test, as when it was killed, has one that failed.
 */
export function countsOf(isOk: boolean, report: string | undefined): TestCounts {
  const counts =
    report === undefined ? { passed: isOk ? 1 : 0, failed: 0, skipped: 0 } : read(report)
  return !isOk && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function read(report: string): TestCounts {
  const of = (word: string) => {
    const found = report.match(new RegExp(`^# ${word} \\d+$`, 'gm'))?.at(-1)
    return Number(found?.split(' ').at(-1) ?? 0)
  }
  return {
    passed: of('pass'),
    failed: of('fail') + of('cancelled'),
    skipped: of('skipped') + of('todo'),
  }
}

export function sumOf(all: readonly TestCounts[]): TestCounts {
  const sum = (count: keyof TestCounts) => all.reduce((total, one) => total + one[count], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

export function showCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
