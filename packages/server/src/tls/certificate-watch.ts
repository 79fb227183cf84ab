/**
 * Looks at certificate files from time to time and hands over what changed, so that a renewed
 * certificate is used without a restart. A pair that does not fit (a renewal half written) is told
 * of and looked at again later; the old one stays in use.
 */
import { StartError } from '../telemetry/start-error.ts'
import { type Certificate, readCertificate } from './certificate.ts'

export interface CertificateWatch {
  readonly certFile: string
  readonly keyFile: string
  readonly everyMs: number
  onChange(certificate: Certificate): void
  onProblem(problem: StartError): void
}

/** Returns the function that stops it. */
export function watchCertificate(watch: CertificateWatch, present: Certificate): () => void {
  let known = present
  const timer = setInterval(() => {
    try {
      const found = readCertificate(watch.certFile, watch.keyFile)
      if (found.cert === known.cert && found.key === known.key) return
      known = found
      watch.onChange(found)
    } catch (error) {
      if (!(error instanceof StartError)) throw error
      watch.onProblem(error)
    }
  }, watch.everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
