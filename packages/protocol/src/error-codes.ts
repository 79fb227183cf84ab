/**
 * Every refusal has a code, an advice whether to try again, and a sentence for the person.
 * `never`: the same request will be refused again. `later`: try again after `retryMs` or a moment.
 * `reorder`: send the outbox again from its first unacknowledged number.
 * `login`: authenticate anew first.
 * `seal`: bring the room's group up to date, then seal and send it again under the same number.
 */
export type Retry = 'never' | 'later' | 'reorder' | 'login' | 'seal'

/** code → [retry, sentence]. The sentence says what to do. */
export const errorCodes = {
  // the frame itself
  'bad-frame': ['never', 'The frame is not valid JSON of a known shape; see docs/protocol.md.'],
  'unknown-frame': ['never', 'This server does not know that frame; it may be older than you.'],
  'frame-too-large': ['never', 'The frame is too large; send less at once.'],
  'not-greeted': ['never', 'Say hello first.'],
  'already-greeted': ['never', 'Hello was already said on this connection.'],
  'protocol-version': ['never', 'This server speaks another protocol version; update the client.'],
  // identity
  'name-invalid': ['never', 'That name has characters that are not allowed; choose another.'],
  'name-taken': ['never', 'That name is taken; choose another.'],
  'guests-off': ['never', 'Guests are not allowed here; log in or register.'],
  'registration-off': ['never', 'Registration is closed here; ask the operator.'],
  'bad-credentials': ['login', 'The name or the password is wrong.'],
  'bad-token': ['login', 'This device is not logged in any more; log in again.'],
  'password-weak': ['never', 'The password is too short or too long.'],
  'too-many-devices': ['never', 'Too many devices are logged in; revoke one first.'],
  'unknown-user': ['never', 'Nobody has that name.'],
  // rooms
  'unknown-room': ['never', 'There is no such room, or you may not see it.'],
  'room-exists': ['never', 'A room with that name exists; join it or choose another name.'],
  'not-member': ['never', 'You are not in this room; join it first.'],
  'already-member': ['never', 'They are in this room already.'],
  'not-invited': ['never', 'This room is private; ask a member to invite you.'],
  'not-allowed': ['never', 'Your role in this room does not allow that.'],
  banned: ['never', 'You are banned from this room.'],
  muted: ['never', 'You are muted in this room.'],
  'room-full': ['never', 'This room has as many members as it may have.'],
  'too-many-rooms': ['never', 'You are in as many rooms as you may be; leave one first.'],
  'last-owner': ['never', 'You are the last owner; make somebody else an owner first.'],
  // messages
  'message-too-large': ['never', 'The message is too long; shorten it.'],
  'message-empty': ['never', 'The message is empty.'],
  'unknown-message': ['never', 'There is no such message in this room.'],
  'message-deleted': ['never', 'That message was deleted.'],
  'too-many-reactions': ['never', 'That message has as many reactions as it may have.'],
  'out-of-turn': ['reorder', 'An earlier message of this outbox is missing; send that first.'],
  forgotten: ['never', 'This was answered long ago and refused.'],
  invalid: ['never', 'A value in the request is not allowed.'],
  // encrypted rooms
  'stale-epoch': ['seal', 'The keys of this room have changed; it is sealed again by itself.'],
  'no-leaf': [
    'seal',
    'This device does not have the keys of this room yet; it gets them by itself.',
  ],
  'not-certified': ['never', 'This device is not linked to your identity; link it first.'],
  'room-encrypted': [
    'never',
    'This room is encrypted, and this client does not encrypt; update it.',
  ],
  'not-encrypted': ['never', 'This room is not encrypted.'],
  'group-full': ['never', 'This encrypted room has as many devices as it may have.'],
  'bad-group': ['never', 'The keys of this room do not fit together; begin its encryption anew.'],
  'archive-full': ['never', 'Your archive of keys is full.'],
  // load and trouble
  'rate-limited': ['later', 'Too fast; wait a moment.'],
  'too-many-in-flight': ['later', 'Too many requests are waiting; wait for answers.'],
  unavailable: ['later', 'The service cannot do this right now; it will be tried again.'],
} as const satisfies Record<string, readonly [Retry, string]>

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code)
}

export function retryOf(code: ErrorCode): Retry {
  return errorCodes[code][0]
}

export function sentenceOf(code: ErrorCode): string {
  return errorCodes[code][1]
}
