/**
 * Letters that look alike, each led to one that stands for all (after Unicode TS #39, whose whole
 * table is some thousand lines; this one holds what the scripts allowed in names can be written
 * with). It compares names without regard to case, so a letter goes where its capital or its small
 * form leads: `i`, `I`, `l`, `1` are one, as are Cyrillic `н` and `h`, for their capitals are one
 * sign. Where a Greek letter's two forms lead apart, the capital counts. The table may only grow
 * with a thought for names already taken: folded names are stored.
 */

/** Each group: the letter that stands for all, then those that look like it. All are lower case. */
const alike = [
  // the same in Latin, Cyrillic, Greek, Armenian, small capitals and letters without decomposition
  'aаαɑᴀ',
  'bвьβʙ',
  'cсϲᴄ',
  'dԁᴅ',
  'eеεᴇҽ',
  'fꜰ',
  'gɡցɢԍ',
  'hнηһհʜ',
  'jјյᴊϳ',
  'kкκᴋ',
  'l1iιıɩіӏɪʟןוا',
  'mмμᴍ',
  'nոνɴпռ',
  'o0оοσօᴏסه',
  'pрρᴘ',
  'qԛզ',
  'rгʀ',
  'sѕꜱ',
  'tтτᴛ',
  'uսᴜ',
  'vѵᴠ',
  'wԝѡᴡ',
  'xхχ',
  'yуυγүʏ',
  'zζᴢ',
  '3зʒӡ',
  '4ч',
  '6б',
  'þϸ',
  'ə\u01dd\u04d9',
  // Katakana that look like Han
  '口ロ',
  '力カ',
  '二ニ',
  '八ハ',
  '工エ',
  '夕タ',
  '卜ト',
  '一ー',
] as const

/** Letter → the letter that stands for it. */
export const standsFor: ReadonlyMap<string, string> = new Map(
  alike.flatMap(([first, ...others]) => others.map((other) => [other, first!] as const)),
)
