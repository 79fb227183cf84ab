/**
 * Ink lays out, the painter paints: a React tree in, the rows of a frame out.
 *
 * Ink's own way onto the screen moves relative to where it believes the cursor to be, which a
 * terminal that disagrees about one emoji's width throws off. Here it writes whole frames (its
 * `debug` mode) into a stream that keeps the last one, synchronously, and `screen/painter.ts`
 * decides which bytes that costs.
 */
import { Writable } from 'node:stream'
import { type Instance, render } from 'ink'
import type { ReactElement } from 'react'

class FrameSink extends Writable {
  columns = 80
  rows = 24
  frame = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.frame = chunk.toString()
    done()
  }
}

export class InkRenderer {
  readonly #sink = new FrameSink()
  #instance: Instance | undefined

  rows(tree: ReactElement, size: { readonly columns: number; readonly rows: number }): string[] {
    this.#sink.columns = size.columns
    this.#sink.rows = size.rows
    if (this.#instance === undefined) {
      this.#instance = render(tree, {
        stdout: this.#sink,
        debug: true,
        exitOnCtrlC: false,
        patchConsole: false,
      })
    } else this.#instance.rerender(tree)
    return this.#sink.frame.split('\n')
  }

  close(): void {
    this.#instance?.unmount()
  }
}
