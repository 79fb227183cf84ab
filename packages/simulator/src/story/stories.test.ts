import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storyNames, storyText } from '../run/run-stories.ts'
import { playStory } from './play-story.ts'
import { parseStory, printStory } from './story-text.ts'

const rewrite = 'see what changed, then: npm run sim -- --story all --rewrite'

for (const name of storyNames()) {
  test(`the story ${name} goes as it is written, and keeps all promises`, () => {
    const text = storyText(name)
    const played = playStory(text)
    assert.deepEqual(played.split('\n'), text.split('\n'), rewrite)
    assert.ok(played.includes('all promises are kept'), 'a story ends with a judge')
    assert.ok(!played.includes('BROKEN'))
  })
}

test('a story is printed as it was read', () => {
  const text = '# why\n\ncluster\nguests ann\n----\nann: is online at frontend-1\n\njudge\n----\n'
  assert.equal(printStory(parseStory(text)), text)
  assert.deepEqual(parseStory('run 5 ms\n'), [{ kind: 'step', acts: ['run 5 ms'], outcome: [] }])
})

test('a story that nobody knows how to play is an error, not a silence', () => {
  assert.throws(() => playStory('cluster\nann dances\n'), /no story knows how to 'ann dances'/)
  assert.throws(() => playStory('settle\n'), /a story begins with 'cluster'/)
})
