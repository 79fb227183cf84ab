/** The dialog that is open, if one is. */
import { useState } from 'react'
import type { Dialog } from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import { BrowseDialog } from './browse-dialog.tsx'
import { useChat, useRoom, useUi, useWorld } from './chat-context.ts'
import { Field } from './controls.tsx'
import { CreateDialog, DirectDialog } from './create-dialogs.tsx'
import { EmojiPicker } from './emoji-picker.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { Form, Modal } from './modal.tsx'
import { PrivacyScreen } from './privacy-screens.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import { SwitcherDialog } from './switcher-dialog.tsx'
import { useAsk } from './use-ask.ts'

export function Dialogs() {
  const dialog = useUi((state) => state.dialog)
  if (dialog === undefined) return null
  switch (dialog.kind) {
    case 'switcher':
      return <SwitcherDialog />
    case 'browse':
      return <BrowseDialog />
    case 'create':
      return <CreateDialog />
    case 'direct':
      return <DirectDialog />
    case 'invite':
      return <InviteDialog room={dialog.room} />
    case 'topic':
      return <TopicDialog room={dialog.room} />
    case 'settings':
      return <SettingsDialog />
    case 'keys':
      return <KeysDialog />
    case 'sign-out':
      return <SignOutDialog />
    case 'leave':
      return <LeaveDialog room={dialog.room} />
    case 'delete':
      return <DeleteDialog {...dialog} />
    case 'measure':
      return <MeasureDialog {...dialog} />
    case 'react':
      return <ReactDialog room={dialog.room} index={dialog.index} />
    default:
      return <PrivacyScreen dialog={dialog} />
  }
}

function InviteDialog({ room }: { readonly room: string }) {
  const chat = useChat()
  const title = useRoom(room)?.title ?? ''
  const { isBusy, refusal, ask } = useAsk()
  const [name, setName] = useState('')
  const who = name.trim().replace(/^@/, '')
  const invite = () =>
    ask(chat.client.invite(room, who), () => {
      setName('')
      chat.note(texts.invited(who))
    })
  return (
    <Modal title={texts.inviteTo(title)}>
      <Form
        act={texts.invite}
        isReady={who !== ''}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={invite}
      >
        <Field
          isFirst
          label={texts.personName}
          hint={texts.inviteHint}
          value={name}
          onChange={setName}
        />
      </Form>
    </Modal>
  )
}

function TopicDialog({ room }: { readonly room: string }) {
  const chat = useChat()
  const [topic, setTopic] = useState(useRoom(room)?.topic ?? '')
  const set = () => {
    chat.client.topic(room, topic.trim())
    chat.open(undefined)
  }
  return (
    <Modal title={texts.changeTopic}>
      <Form act={texts.save} isReady onSubmit={set}>
        <Field
          isFirst
          label={texts.topic}
          hint={texts.topicHint}
          value={topic}
          onChange={setTopic}
          maxLength={500}
        />
      </Form>
    </Modal>
  )
}

function LeaveDialog({ room }: { readonly room: string }) {
  const chat = useChat()
  const snapshot = useRoom(room)
  const { isBusy, refusal, ask } = useAsk()
  const leave = () => ask(chat.client.leave(room).settled, () => chat.looking.left(room))
  return (
    <Modal title={texts.leaveTitle(snapshot?.title ?? '')}>
      <Form act={texts.leave} isReady isDanger isBusy={isBusy} refusal={refusal} onSubmit={leave}>
        <p>{snapshot?.kind === 'private' ? texts.leavePrivate : texts.leavePublic}</p>
      </Form>
    </Modal>
  )
}

function SignOutDialog() {
  const chat = useChat()
  const me = useWorld((world) => world.me)
  const isEncrypting = useWorld(({ privacy }) => privacy?.state === 'ready')
  const [isBusy, setBusy] = useState(false)
  const signOut = () => {
    setBusy(true)
    void chat.signOut()
  }
  return (
    <Modal title={texts.signOut}>
      <Form act={texts.signOut} isReady isDanger isBusy={isBusy} onSubmit={signOut}>
        <p>{me?.isGuest ? texts.signOutGuest(me.name) : texts.signOutHint}</p>
        {isEncrypting && me?.isGuest === false ? <p>{texts.signOutEncrypted}</p> : null}
      </Form>
    </Modal>
  )
}

function DeleteDialog({ room, index, text }: Extract<Dialog, { kind: 'delete' }>) {
  const chat = useChat()
  const remove = () => {
    chat.client.delete(room, index)
    chat.writing.stopComposing(room)
    chat.open(undefined)
  }
  return (
    <Modal title={texts.deleteTitle}>
      <Form act={texts.acts.delete} isReady isDanger onSubmit={remove}>
        {text === '' ? null : (
          <blockquote className="excerpt" dir="auto">
            {text}
          </blockquote>
        )}
        <p>{texts.deleteHint}</p>
      </Form>
    </Modal>
  )
}

function MeasureDialog({ room, measure, user, name }: Extract<Dialog, { kind: 'measure' }>) {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const [reason, setReason] = useState('')
  const words = texts.measures[measure]
  const because = reason.trim() === '' ? undefined : reason.trim()
  const take = () => {
    const done = () => chat.open(undefined)
    const who = { user }
    if (measure === 'kick') ask(chat.client.kick(room, who, because), done)
    else if (measure === 'ban') {
      const ban = because === undefined ? { on: true } : { on: true, reason: because }
      ask(chat.client.ban(room, who, ban), done)
    } else ask(chat.client.mute(room, who, measure === 'mute'), done)
  }
  return (
    <Modal title={words.title(name)}>
      <Form
        act={words.act}
        isReady
        isDanger={measure !== 'unmute'}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={take}
      >
        <p>{words.hint}</p>
        {measure === 'kick' || measure === 'ban' ? (
          <Field label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
        ) : null}
      </Form>
    </Modal>
  )
}

function ReactDialog({ room, index }: { readonly room: string; readonly index: number }) {
  const chat = useChat()
  const close = () => chat.open(undefined)
  const pick = (emoji: string) => {
    const line = chat.roomOf(room)?.timeline.lines.find((one) => one.index === index)
    if (line?.kind === 'message') chat.writing.react(room, line, emoji)
  }
  return (
    <Modal title={texts.acts.react} isBare>
      <EmojiPicker onPick={pick} onClose={close} />
    </Modal>
  )
}
