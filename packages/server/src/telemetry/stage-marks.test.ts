import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type StageMark, StageMarks, wantedStageMarks } from './stage-marks.ts'

test('nothing is marked unless the environment says so', () => {
  for (const said of [undefined, '', '0', '-1', 'yes']) {
    assert.equal(wantedStageMarks(said === undefined ? {} : { STARLING_STAGES: said }), undefined)
  }
  assert.equal(wantedStageMarks({ STARLING_STAGES: '100' })?.every, 100)
})

test('every process follows the same sends, one in so many', () => {
  const [one, other] = [new StageMarks(10), new StageMarks(10)]
  const numbers = Array.from({ length: 100 }, (_, at) => at + 1)
  const followed = (marks: StageMarks) =>
    numbers.map((number) => marks.keyOf('outbox', number)).filter((key) => key !== undefined)
  assert.equal(followed(one).length, 10)
  assert.deepEqual(followed(one), followed(other))
  assert.equal(one.keyOf(undefined, 1), undefined)
})

test('marks are handed out once', () => {
  const marks = new StageMarks(1)
  marks.mark('heard', 'outbox 1', 5)
  assert.deepEqual(marks.take(), [['heard', 'outbox 1', 5]] satisfies StageMark[])
  assert.deepEqual(marks.take(), [])
})
