/** Emoji by name, for `:name:` in messages, completion and `/react`. */
const table = `
smile 😄 smiley 😃 grin 😁 joy 😂 rofl 🤣 slight_smile 🙂 upside_down 🙃 wink 😉 blush 😊 innocent 😇
heart_eyes 😍 kiss 😘 yum 😋 tongue 😛 crazy 🤪 money_mouth 🤑 hug 🤗 shush 🤫 thinking 🤔 zipper 🤐
neutral 😐 expressionless 😑 smirk 😏 unamused 😒 roll_eyes 🙄 grimace 😬 relieved 😌 pensive 😔
sleepy 😪 sleeping 😴 mask 😷 sick 🤒 nauseated 🤢 sneeze 🤧 hot 🥵 cold 🥶 dizzy 😵 mind_blown 🤯
cowboy 🤠 party 🥳 cool 😎 nerd 🤓 monocle 🧐 confused 😕 worried 😟 frown 🙁 open_mouth 😮
astonished 😲 flushed 😳 pleading 🥺 anguished 😧 fearful 😨 cold_sweat 😰 cry 😢 sob 😭 scream 😱
tired 😫 yawn 🥱 triumph 😤 rage 😡 angry 😠 devil 😈 skull 💀 poop 💩 clown 🤡 ghost 👻 alien 👽
robot 🤖 cat 🐱 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 heart ❤️ orange_heart 🧡
yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 white_heart 🤍
broken_heart 💔 sparkling_heart 💖 hundred 💯 anger 💢 boom 💥 sweat_drops 💦 dash 💨 speech 💬
thought 💭 zzz 💤 wave 👋 raised_hand ✋ vulcan 🖖 ok_hand 👌 pinch 🤏 victory ✌️ crossed_fingers 🤞
rock 🤘 call_me 🤙 point_left 👈 point_right 👉 point_up 👆 point_down 👇 +1 👍 thumbsup 👍
-1 👎 thumbsdown 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏
writing ✍️ muscle 💪 brain 🧠 eyes 👀 eye 👁️ ear 👂 nose 👃 baby 👶 person 🧑 shrug 🤷 facepalm 🤦
bow 🙇 runner 🏃 dancer 💃 family 👪 dog 🐶 mouse 🐭 rabbit 🐰 fox 🦊 bear 🐻 panda 🐼 lion 🦁 cow 🐮
pig 🐷 frog 🐸 monkey 🐵 chicken 🐔 penguin 🐧 bird 🐦 duck 🦆 owl 🦉 starling 🐦‍⬛ bee 🐝 bug 🐛
butterfly 🦋 snail 🐌 turtle 🐢 snake 🐍 octopus 🐙 crab 🦀 fish 🐟 whale 🐳 unicorn 🦄 tree 🌳
evergreen 🌲 palm 🌴 cactus 🌵 herb 🌿 shamrock ☘️ clover 🍀 leaf 🍃 maple_leaf 🍁 mushroom 🍄
bouquet 💐 tulip 🌷 rose 🌹 sunflower 🌻 blossom 🌼 seedling 🌱 apple 🍎 pear 🍐 lemon 🍋 banana 🍌
grapes 🍇 strawberry 🍓 cherries 🍒 peach 🍑 tomato 🍅 avocado 🥑 carrot 🥕 corn 🌽 bread 🍞 cheese 🧀
egg 🥚 pancakes 🥞 hamburger 🍔 fries 🍟 pizza 🍕 taco 🌮 salad 🥗 spaghetti 🍝 sushi 🍣 cookie 🍪
cake 🍰 birthday 🎂 chocolate 🍫 candy 🍬 coffee ☕ tea 🍵 wine 🍷 beer 🍺 beers 🍻 clinking 🥂 earth 🌍
sun ☀️ moon 🌙 star ⭐ sparkles ✨ zap ⚡ fire 🔥 rainbow 🌈 cloud ☁️ rain 🌧️ snow ❄️ snowman ⛄
umbrella ☔ ocean 🌊 tada 🎉 confetti 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 soccer ⚽ basketball 🏀
tennis 🎾 chess ♟️ dice 🎲 game 🎮 art 🎨 music 🎵 guitar 🎸 piano 🎹 microphone 🎤 movie 🎬
headphones 🎧 camera 📷 tv 📺 phone 📱 computer 💻 keyboard ⌨️ floppy 💾 battery 🔋 bulb 💡 flashlight 🔦
candle 🕯️ book 📖 books 📚 newspaper 📰 bookmark 🔖 moneybag 💰 envelope ✉️ mailbox 📬 package 📦
pencil ✏️ memo 📝 folder 📁 calendar 📅 chart 📈 pushpin 📌 paperclip 📎 scissors ✂️ lock 🔒
unlock 🔓 key 🔑 hammer 🔨 wrench 🔧 gear ⚙️ link 🔗 magnet 🧲 microscope 🔬 telescope 🔭 pill 💊
door 🚪 bed 🛏️ shopping 🛒 car 🚗 bus 🚌 train 🚆 bike 🚲 ship 🚢 rocket 🚀 plane ✈️ house 🏠
office 🏢 hospital 🏥 mountain ⛰️ camping 🏕️ beach 🏖️ warning ⚠️ construction 🚧 stop 🛑 no_entry ⛔
check ✅ heavy_check ✔️ x ❌ question ❓ exclamation ❗ plus ➕ minus ➖ arrow_up ⬆️ arrow_down ⬇️
arrow_left ⬅️ arrow_right ➡️ recycle ♻️ infinity ♾️ bell 🔔 mute 🔕 hourglass ⏳ watch ⌚ alarm ⏰
red_circle 🔴 green_circle 🟢 blue_circle 🔵 white_flag 🏳️ checkered_flag 🏁
`

export interface Emoji {
  readonly name: string
  readonly emoji: string
}

const parts = table.trim().split(/\s+/)

export const emojis: readonly Emoji[] = parts.flatMap((name, at) => {
  const emoji = parts[at + 1]
  return at % 2 === 0 && emoji !== undefined ? [{ name, emoji }] : []
})

const byName: ReadonlyMap<string, string> = new Map(
  emojis.map(({ name, emoji }): [string, string] => [name, emoji]),
)

/** `:tada:` or `tada` → 🎉. */
export function emojiNamed(name: string): string | undefined {
  return byName.get(name.replace(/^:|:$/g, '').toLowerCase())
}

/** Names between colons become emoji, except in code. */
export function withEmoji(text: string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part.replace(/:([a-z0-9_+-]+):/gi, (whole, name: string) => emojiNamed(name) ?? whole),
    )
    .join('')
}
