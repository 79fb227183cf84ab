/*
 * The ceiling: a chat server that does nothing but fan out, one thread, one epoll loop.
 *
 * A turn is one epoll_wait. What its sockets said is framed once and appended to the bytes that its
 * room has due; at the turn's end each room's bytes are written once to each of its sockets. What a
 * socket does not take waits in a buffer of its own, up to BACKLOG_MAX; above it the socket is
 * closed. Speaks the part of RFC 6455 that the load needs: an upgrade, masked text frames of one
 * piece. The first text of a connection is {"join":"ROOM"}, answered {"joined":"ROOM"}; all that
 * come after are passed on to the room unread. No order across turns is promised, nothing is kept.
 *
 * Prints its port; ends when its standard input does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  SOCKETS_MAX = 65536,
  ROOMS_MAX = 16384,
  EVENTS_MAX = 1024,
  READ_BYTES = 1 << 18,
  BACKLOG_MAX = 1 << 26,
  LISTEN_BACKLOG = 4096,
  NAME_BYTES = 64
};

typedef struct {
  uint8_t *at;
  size_t length, room;
} bytes_t;

typedef struct {
  char name[NAME_BYTES];
  int *members;
  int count, room;
  bytes_t due;
} room_t;

typedef struct {
  int is_open, is_upgraded;
  room_t *room;
  int place;      /* among the room's members */
  bytes_t heard;  /* the beginning of a frame of which the end has not come yet */
  bytes_t unsent; /* what the kernel did not take */
} peer_t;

static peer_t peers[SOCKETS_MAX];
static room_t rooms[ROOMS_MAX];
static room_t *dirty[ROOMS_MAX];
static int rooms_count, dirty_count, poll_fd;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void append(bytes_t *to, const void *from, size_t length) {
  if (to->length + length > to->room) {
    while (to->length + length > to->room) to->room = to->room ? to->room * 2 : 4096;
    if (!(to->at = realloc(to->at, to->room))) fail("realloc");
  }
  memcpy(to->at + to->length, from, length);
  to->length += length;
}

static void drop_first(bytes_t *from, size_t length) {
  from->length -= length;
  memmove(from->at, from->at + length, from->length);
}

static void append_frame(bytes_t *to, const uint8_t *payload, size_t length) {
  uint8_t head[4] = {0x81, length < 126 ? length : 126, length >> 8, length & 255};
  append(to, head, length < 126 ? 2 : 4);
  append(to, payload, length);
}

static void watch(int fd, uint32_t events, int how) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(poll_fd, how, fd, &event) < 0) fail("epoll_ctl");
}

static void close_peer(int fd) {
  peer_t *peer = &peers[fd];
  if (peer->room) {
    int last = peer->room->members[--peer->room->count];
    peer->room->members[peer->place] = last;
    peers[last].place = peer->place;
  }
  free(peer->heard.at);
  free(peer->unsent.at);
  memset(peer, 0, sizeof *peer);
  close(fd);
}

/* Returns 0 when the socket had to be closed. */
static int send_bytes(int fd, const uint8_t *at, size_t length) {
  peer_t *peer = &peers[fd];
  ssize_t sent = 0;
  if (!peer->unsent.length) {
    sent = send(fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == (ssize_t)length) return 1;
    if (sent < 0 && errno != EAGAIN) return close_peer(fd), 0;
    if (sent < 0) sent = 0;
    watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
  append(&peer->unsent, at + sent, length - sent);
  if (peer->unsent.length > BACKLOG_MAX) return close_peer(fd), 0;
  return 1;
}

static void send_rest(int fd) {
  bytes_t *unsent = &peers[fd].unsent;
  ssize_t sent = send(fd, unsent->at, unsent->length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno != EAGAIN) close_peer(fd);
    return;
  }
  drop_first(unsent, sent);
  if (!unsent->length) watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static uint32_t turned(uint32_t word, int by) { return word << by | word >> (32 - by); }

/* SHA-1 (RFC 3174) of up to 119 bytes, in base64: what a server proves with that it upgrades. */
static void accept_of(const char *text, char *out) {
  uint8_t block[128] = {0}, hash[21] = {0};
  size_t length = strlen(text), blocks = length < 56 ? 1 : 2;
  uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  memcpy(block, text, length);
  block[length] = 0x80;
  block[blocks * 64 - 2] = length * 8 >> 8;
  block[blocks * 64 - 1] = length * 8 & 255;
  for (size_t from = 0; from < blocks * 64; from += 64) {
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int t = 0; t < 16; t++) {
      const uint8_t *p = block + from + t * 4;
      w[t] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    }
    for (int t = 16; t < 80; t++) w[t] = turned(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (int t = 0; t < 80; t++) {
      uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                   : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                   : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                            : (b ^ c ^ d) + 0xca62c1d6;
      uint32_t next = turned(a, 5) + f + e + w[t];
      e = d, d = c, c = turned(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
  }
  for (int i = 0; i < 20; i++) hash[i] = h[i / 4] >> (24 - i % 4 * 8);
  const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 28; i++) {
    int bits = hash[i * 6 / 8] << 8 | (i * 6 / 8 < 20 ? hash[i * 6 / 8 + 1] : 0);
    out[i] = i == 27 ? '=' : digits[bits >> (10 - i * 6 % 8) & 63];
  }
  out[28] = 0;
}

/* Returns how many bytes the request took; 0: its end has not come yet. */
static size_t upgrade(int fd, const uint8_t *at, size_t length) {
  const uint8_t *end = memmem(at, length, "\r\n\r\n", 4);
  if (!end) return 0;
  const char *header = "Sec-WebSocket-Key: ";
  const uint8_t *key = memmem(at, end - at, header, strlen(header));
  if (!key || end - key < (long)strlen(header) + 24) return close_peer(fd), length;
  char proof[64], accept[32], answer[256];
  sprintf(proof, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (char *)key + strlen(header));
  accept_of(proof, accept);
  int size = sprintf(answer,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                     accept);
  peers[fd].is_upgraded = 1;
  send_bytes(fd, (uint8_t *)answer, size);
  return end + 4 - at;
}

static void join(int fd, const uint8_t *payload, size_t length) {
  char said[NAME_BYTES] = "", name[NAME_BYTES] = "", answer[NAME_BYTES + 16];
  if (length < NAME_BYTES) memcpy(said, payload, length);
  sscanf(said, "{\"join\":\"%63[^\"]", name);
  room_t *room = rooms;
  while (room < rooms + rooms_count && strcmp(room->name, name)) room++;
  if (!*name || room == rooms + ROOMS_MAX) return close_peer(fd);
  if (room == rooms + rooms_count) strcpy(rooms[rooms_count++].name, name);
  if (room->count == room->room) {
    room->room = room->room ? room->room * 2 : 64;
    if (!(room->members = realloc(room->members, room->room * sizeof(int)))) fail("realloc");
  }
  peers[fd].room = room;
  peers[fd].place = room->count;
  room->members[room->count++] = fd;
  bytes_t frame = {0};
  append_frame(&frame, (uint8_t *)answer, sprintf(answer, "{\"joined\":\"%s\"}", name));
  send_bytes(fd, frame.at, frame.length);
  free(frame.at);
}

static void heard_frame(int fd, const uint8_t *payload, size_t length) {
  room_t *room = peers[fd].room;
  if (!room) return join(fd, payload, length);
  if (!room->due.length) dirty[dirty_count++] = room;
  append_frame(&room->due, payload, length);
}

/* Takes all whole frames; returns how many bytes they were. */
static size_t heard(int fd, uint8_t *at, size_t length) {
  size_t from = peers[fd].is_upgraded ? 0 : upgrade(fd, at, length);
  while (peers[fd].is_upgraded && length - from >= 6) {
    uint8_t *frame = at + from;
    size_t size = frame[1] & 127, head = size < 126 ? 6 : 8;
    if (frame[0] != 0x81 || !(frame[1] & 128) || size == 127) return close_peer(fd), length;
    if (length - from < head) break;
    if (size == 126) size = frame[2] << 8 | frame[3];
    if (length - from < head + size) break;
    uint8_t *mask = frame + head - 4, *payload = frame + head;
    for (size_t i = 0; i < size; i++) payload[i] ^= mask[i & 3];
    heard_frame(fd, payload, size);
    from += head + size;
  }
  return from;
}

static void read_peer(int fd) {
  static uint8_t buffer[READ_BYTES];
  peer_t *peer = &peers[fd];
  ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return close_peer(fd);
  int has_rest = peer->heard.length > 0;
  if (has_rest) append(&peer->heard, buffer, got);
  size_t length = has_rest ? peer->heard.length : (size_t)got;
  size_t taken = heard(fd, has_rest ? peer->heard.at : buffer, length);
  if (!peer->is_open) return;
  if (has_rest) drop_first(&peer->heard, taken);
  else if (taken < length) append(&peer->heard, buffer + taken, length - taken);
}

static void accept_peers(int listening) {
  int one = 1, fd;
  while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (fd >= SOCKETS_MAX) fail("sockets");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    peers[fd].is_open = 1;
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }
}

static void flush(void) {
  for (int at = 0; at < dirty_count; at++) {
    room_t *room = dirty[at];
    /* From the end, since a socket that is closed takes its place from the last. */
    for (int i = room->count - 1; i >= 0; i--)
      send_bytes(room->members[i], room->due.at, room->due.length);
    room->due.length = 0;
  }
  dirty_count = 0;
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listening, (struct sockaddr *)&address, size) < 0) fail("bind");
  if (listen(listening, LISTEN_BACKLOG) < 0) fail("listen");
  getsockname(listening, (struct sockaddr *)&address, &size);
  poll_fd = epoll_create1(0);
  watch(listening, EPOLLIN, EPOLL_CTL_ADD);
  watch(STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  static struct epoll_event events[EVENTS_MAX];
  for (;;) {
    int count = epoll_wait(poll_fd, events, EVENTS_MAX, -1);
    for (int at = 0; at < count; at++) {
      int fd = events[at].data.fd;
      if (fd == STDIN_FILENO) return 0;
      if (fd == listening) accept_peers(listening);
      else {
        if (peers[fd].is_open && events[at].events & EPOLLOUT) send_rest(fd);
        if (peers[fd].is_open && events[at].events & ~EPOLLOUT) read_peer(fd);
      }
    }
    flush();
  }
}
