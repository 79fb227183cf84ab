/** One GET, for admin ports of servers that may be dead, frozen or slow. */
import { get } from 'node:http'
import type { Answer } from './machine.ts'

const answerMsMax = 2_000

/** Undefined when nobody answers in time. */
export function httpGet(host: string, port: number, path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, timeout: answerMsMax }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', () => resolve(undefined))
    })
    request.on('timeout', () => request.destroy())
    // Refused, reset, or destroyed by the line above: nobody answers.
    request.on('error', () => resolve(undefined))
  })
}
