/**
 * Every sentence that the web client shows, in English. To translate it, translate this file. What
 * the servers say of a refusal comes with it.
 */
const plural = (count: number, one: string, many: string) => (count === 1 ? one : many)

/** "ada", "ada and bob", "ada, bob and 3 others". */
function list(names: readonly string[], more = 0): string {
  const all = more > 0 ? [...names, `${more} ${plural(more, 'other', 'others')}`] : [...names]
  const last = all.pop() ?? ''
  return all.length === 0 ? last : `${all.join(', ')} and ${last}`
}

const happened = {
  created: (by: string) => `${by} created this room`,
  joined: (names: readonly string[], more: number) => `${list(names, more)} joined`,
  left: (names: readonly string[], more: number) => `${list(names, more)} left`,
  cameAndWent: (names: readonly string[], more: number) => `${list(names, more)} came and went`,
  invited: (by: string, who: string) => `${by} invited ${who}`,
  topic: (by: string, topic: string) => `${by} set the topic: ${topic}`,
  topicCleared: (by: string) => `${by} cleared the topic`,
  title: (by: string, title: string) => `${by} named this room ${title}`,
  identities: (names: readonly string[]) =>
    `${list(names, 0)} ${names.length === 1 ? 'has' : 'have'} a new identity`,
  role: (by: string, who: string, role: string) => `${by} made ${who} ${role.toLowerCase()}`,
  kicked: (by: string, who: string) => `${by} removed ${who}`,
  banned: (by: string, who: string) => `${by} banned ${who}`,
  unbanned: (by: string, who: string) => `${by} lifted the ban of ${who}`,
  muted: (by: string, who: string) => `${by} muted ${who}`,
  unmuted: (by: string, who: string) => `${by} let ${who} write again`,
}

const connection = {
  connecting: 'Connecting …',
  offline: 'Offline',
  reconnectingIn: (seconds: number) => `Reconnecting in ${seconds} s`,
  withWaiting: (text: string, waiting: number) =>
    waiting === 0 ? text : `${text} · ${waiting} waiting`,
  tryNow: 'Try now',
}

const commands = {
  unknown: (name: string) => `There is no command /${name}. To write it, begin with two strokes.`,
  usage: (name: string, usage: string) => `Write /${name} ${usage}`,
  usages: {
    room: 'room',
    person: 'person',
    personAndText: 'person message',
    text: 'text',
  },
  summaries: {
    join: 'Join a public room',
    direct: 'Write to one person',
    invite: 'Ask somebody in',
    topic: 'Set the topic',
    kick: 'Remove somebody',
    ban: 'Keep somebody out',
    unban: 'Lift a ban',
    mute: 'Take the word from somebody',
    unmute: 'Give the word back',
    leave: 'Leave this room',
    shrug: 'Append ¯\\_(ツ)_/¯',
  },
}

const measures = {
  kick: {
    act: 'Remove from room',
    title: (name: string) => `Remove ${name}?`,
    hint: 'They may come back as anybody may.',
  },
  ban: {
    act: 'Ban',
    title: (name: string) => `Ban ${name}?`,
    hint: 'They are removed and cannot come back until the ban is lifted.',
  },
  mute: {
    act: 'Mute',
    title: (name: string) => `Mute ${name}?`,
    hint: 'They can read, but not write, until you let them again.',
  },
  unmute: {
    act: 'Let write again',
    title: (name: string) => `Let ${name} write again?`,
    hint: 'They can write again at once.',
  },
}

const acts = {
  react: 'React',
  reply: 'Reply',
  edit: 'Edit',
  copy: 'Copy text',
  link: 'Copy link',
  unread: 'Mark unread from here',
  delete: 'Delete',
  more: 'More',
}

const keyMap: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      ['Ctrl K', 'Go to …'],
      ['Alt ↑ ↓', 'Room above, below'],
      ['Alt Shift ↑ ↓', 'Unread room'],
      ['Alt ←', 'Back from a jump'],
      ['Ctrl Shift F', 'Search'],
      ['Esc', 'Back out; newest message'],
      ['?', 'These keys'],
    ],
  },
  {
    title: 'Writing',
    keys: [
      ['Enter', 'Send'],
      ['Shift Enter', 'New line'],
      ['↑', 'Edit your last message'],
      ['Tab', 'Complete @, #, : or /'],
    ],
  },
  {
    title: 'On a message',
    keys: [
      ['↑ ↓', 'Message above, below'],
      ['R', 'Reply'],
      ['+', 'React'],
      ['E', 'Edit'],
      ['C', 'Copy the text'],
      ['L', 'Copy the link'],
      ['U', 'Mark unread from here'],
      ['D', 'Delete'],
    ],
  },
]

const entrance = {
  howToEnter: 'How to come in',
  ways: { guest: 'Guest', login: 'Log in', register: 'Register' },
  enter: { guest: 'Come in', login: 'Log in', register: 'Make an account' },
  name: 'Name',
  password: 'Password',
  guestHint: 'No account needed. This browser remembers you.',
  passwordHint: (least: number) => `At least ${least} characters.`,
  oneMoment: 'One moment …',
  keepName: 'Keep this name: make it an account',
  keepNameHint: 'You stay in your rooms, and can log in on other devices.',
  keptName: (name: string) => `${name} is an account now. Log in with the password elsewhere.`,
}

const settings = {
  settings: 'Settings',
  guest: 'Guest',
  registered: 'Registered',
  signOut: 'Sign out',
  signOutHint: 'Messages that were not sent yet are lost, and this browser keeps nothing of you.',
  signOutEncrypted:
    'What is encrypted needs another linked device, or your recovery key, to be read.',
  signOutGuest: (name: string) =>
    `You are a guest: once signed out, you cannot come back as ${name}.`,
  signOutOthers: 'Sign out all other devices',
  changePassword: 'Change password',
  passwordChanged: 'The password was changed.',
  oldPassword: 'Present password',
  newPassword: 'New password',
  devices: 'Devices',
  unnamedDevice: 'A device without a name',
  thisDevice: 'This device',
  since: (day: string) => `Since ${day}`,
  colours: 'Colours',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  keysTitle: 'Keys',
}

const rooms = {
  rooms: 'Rooms',
  directs: 'Direct',
  invitations: 'Invitations',
  add: 'Add',
  browseRooms: 'Browse rooms',
  createRoom: 'Create a room',
  newDirect: 'Write to a person',
  goTo: 'Go to',
  goToHint: 'Room or person',
  noRooms: 'You are in no room yet.',
  invitedBy: (name: string) => `from ${name}`,
  join: 'Join',
  notNow: 'Not now',
  joinAgain: 'Join again',
  toRooms: 'To the rooms',
  farewells: {
    kicked: (by: string, room: string) => `${by} removed you from #${room}.`,
    banned: (by: string, room: string) => `${by} banned you from #${room}.`,
    untilLifted: 'You cannot come back until the ban is lifted.',
  },
  openRoom: 'Open',
  findRoom: 'Find a room',
  noRoomsFound: 'No public room here',
  noRoomsFoundHint: 'Create one: others will find it.',
  memberCount: (count: number) => `${count} ${plural(count, 'member', 'members')}`,
  more: 'More',
  create: 'Create',
  roomName: 'Name',
  topicOptional: 'Topic (may be empty)',
  whoComesIn: 'Who may come in',
  publicRoom: 'Public',
  publicRoomHint: 'Anybody may find it and join.',
  privateRoom: 'Private',
  privateRoomHint: 'Only who is invited may join.',
  personName: 'Name of the person',
  openDirect: 'Write',
  inviteTo: (room: string) => `Invite to #${room}`,
  inviteHint: 'They are told at once, or when they come in.',
  invite: 'Invite',
  invited: (name: string) => `${name} is invited.`,
  leave: 'Leave room',
  leaveTitle: (room: string) => `Leave #${room}?`,
  leavePublic: 'You can join again at any time.',
  leavePrivate: 'To come back you must be invited again.',
  roomState: (unread: number, mentions: number, isDraft: boolean) =>
    [
      mentions > 0 ? `, ${mentions} for you` : '',
      unread > 0 ? `, ${unread} unread` : '',
      isDraft ? ', draft' : '',
    ].join(''),
  welcome: 'Welcome to Starling',
  welcomeBack: 'Pick a room',
  welcomeHint: 'Join a room, or create one and invite others.',
  pickRoom: 'Rooms and conversations are in the list.',
  keysHint: 'Ctrl K goes anywhere · ? shows all keys',
}

const conversation = {
  messages: 'Messages',
  messagesIn: (room: string) => `Messages in ${room}`,
  messageBy: (name: string) => `Message from ${name}`,
  messageIn: (room: string) => `Message #${room}`,
  messageTo: (name: string) => `Message ${name}`,
  send: 'Send',
  emoji: 'Emoji',
  findEmoji: 'Find an emoji',
  recent: 'Recent',
  found: 'Found',
  completions: 'Completions',
  editing: 'Editing · Esc gives it up',
  replyTo: (name: string) => `Reply to ${name}:`,
  cancel: 'Cancel',
  longPaste: 'That is a long paste.',
  asCode: 'Make it a code block',
  asText: 'Leave it as it is',
  youAreMuted: 'A moderator has muted you here: you can read, but not write.',
  newMessages: 'New',
  newBelow: (count: number) => `${count} new`,
  toNewest: 'Newest',
  toFirstUnread: 'First unread',
  back: 'Back',
  typing: (names: readonly string[]) =>
    names.length > 3
      ? 'Several people are typing …'
      : `${list(names)} ${plural(names.length, 'is', 'are')} typing …`,
  edited: '(edited)',
  deleted: 'This message was deleted.',
  deletedByModerator: 'A moderator deleted this message.',
  earlierMessage: 'An earlier message',
  reactionBy: (emoji: string, count: number) => `${emoji} ${count}`,
  sendFailed: 'Not sent.',
  changeFailed: 'Not done.',
  changeOf: (kind: string) => `(${kind})`,
  retry: 'Retry',
  discard: 'Delete',
  copyCode: 'Copy the code',
  copied: 'Copied.',
  loading: 'Loading …',
  today: 'Today',
  yesterday: 'Yesterday',
  notInThatRoom: 'That link leads to a room that you are not in.',
  noSuchMessage: 'That message is not there.',
  roomStart: (room: string) => `This is the beginning of #${room}.`,
  directStart: (name: string) => `This is the beginning of your conversation with ${name}.`,
  deleteTitle: 'Delete this message?',
  deleteHint: 'Nothing of it remains, for anybody.',
}

const details = {
  search: 'Search',
  searchHint: 'Words that a message has',
  searchStart: 'Search',
  searchHow: 'All words must be in the message; a beginning is enough.',
  everywhere: 'In all my rooms',
  nothingFound: (text: string) => `Nothing with “${text}”`,
  olderHits: 'Older',
  about: 'About',
  topic: 'Topic',
  noTopic: 'No topic',
  addTopic: 'Add a topic',
  changeTopic: 'Change the topic',
  topicHint: 'One line, at most 500 characters.',
  privacy: 'Who can read it',
  notifications: 'Notifications on this device',
  levels: { all: 'All messages', mentions: 'Only what is for me', none: 'None' },
  notificationsDenied: 'Your browser does not allow notifications from this page.',
  allowNotifications: 'Allow notifications',
  membersTitle: (count: number) => `${count} ${plural(count, 'member', 'members')}`,
  membersOnline: (count: number, online: number) =>
    `${count} ${plural(count, 'member', 'members')}, ${online} online`,
  findMember: 'Find a member',
  onlineCount: (count: number) => `Online · ${count}`,
  offlineCount: (count: number) => `Offline · ${count}`,
  moreMembers: 'There are more. Type a name to find them.',
  nobodyFound: 'Nobody of that name',
  you: '(you)',
  isMuted: 'muted',
  actOn: (name: string) => `What to do with ${name}`,
  talkWith: (name: string) => `Write to ${name}`,
  makeRole: { owner: 'Make owner', moderator: 'Make moderator', member: 'Make plain member' },
  reason: 'Reason (may be empty)',
  lock: {
    encrypted: 'Encrypted',
    notEncrypted: 'Not encrypted',
    byDevices: 'Encrypted: only the devices of the people here can read it.',
    public: 'Public: anybody here may join and read it. It is not end-to-end encrypted.',
    private: 'Not end-to-end encrypted: members can read it, and who runs the servers.',
    direct: 'Not end-to-end encrypted: you two can read it, and who runs the servers.',
  },
  searchEncrypted: 'In encrypted rooms it finds what this device has read.',
}

/** Of encryption, what stands in rooms and lists; its dialogs bring `privacy-texts.ts`. */
const encryption = {
  isVerified: 'verified',
  verify: 'Safety number',
  verifyOf: (name: string) => `Safety number of ${name}`,
  /** What can be done where something is not as it should be. */
  privacyActs: {
    link: 'Link this device',
    again: 'Try again',
    reset: 'Begin anew',
    verify: 'Look at it',
    update: 'Reload',
    ask: 'Ask for it again',
  },
  encrypt: 'End-to-end encrypted',
  encryptRoomHint: 'Only the devices of the members can read it. It stays so for good.',
  encryptDirectHint: 'Only the devices of you two can read it. It stays so for good.',
  cannotEncrypt: 'This browser cannot encrypt here.',
  historyFor: 'Who comes later',
  histories: {
    none: { act: 'Reads from then on', hint: 'What was written before stays closed to them.' },
    all: { act: 'Reads what was written before, too', hint: 'Members give them the keys.' },
  },
  unlinkedTitle: 'This device is not linked',
  unlinkedHint: 'Encrypted rooms can be read and written here once it is.',
  ways: {
    link: 'With another device',
    restore: 'With the recovery key',
    reset: 'Begin anew',
  },
  waitingDevice: (label: string) => `${label} waits to be linked`,
  linkIt: 'Link it',
}

export const texts = {
  product: 'Starling',
  close: 'Close',
  save: 'Save',
  online: 'online',
  offline: 'offline',
  roles: { owner: 'Owner', moderator: 'Moderator', member: 'Member' },
  keys: { switcher: 'Ctrl K' },
  switcher: {
    invitedBy: (name: string) => `${name} invited you`,
    talkWith: 'Write to this person',
    join: 'Join this room',
    create: 'Create this room',
  },
  ...entrance,
  ...settings,
  ...rooms,
  ...conversation,
  ...details,
  acts,
  commands,
  connection,
  encryption,
  happened,
  keyMap,
  measures,
}
