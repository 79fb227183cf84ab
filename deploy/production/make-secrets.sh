#!/bin/sh
# Makes what the machines of one Starling need to know and to trust each other:
#
#   sh make-secrets.sh FOLDER NAME=ADDRESS[,ADDRESS] …  [without-engine NAME=ADDRESS …]
#   sh make-secrets.sh secrets n1=10.0.0.1 n2=10.0.0.2 n3=10.0.0.3
#
# FOLDER/ca  the authority, whose key signs certificates, and the password of operators: keep it,
#            and keep it off the machines
# FOLDER/n1  what goes to n1: the authority's certificate, n1's own with its key, for serving and
#            for dialling, and the passwords of the engine
#
# A machine that runs no engine server stands behind "without-engine". FOLDER remembers machines and
# keeps what it has: run it again with one more machine to add that; with another address to change
# it; and to renew the certificate of n1 remove FOLDER/n1/machine.pem and run it with FOLDER alone.
# Needs openssl 1.1.1 or newer.
set -eu
umask 077

authority_days=3650
machine_days=825

fail() {
  echo "make-secrets: $1" >&2
  exit 1
}

check() {
  case "$1" in
  without-engine) ;;
  ca=* | *=*=* | *= | [!A-Za-z0-9]* | *[!A-Za-z0-9.,:=-]*)
    fail "cannot read \"$1\": write NAME=ADDRESS, like n1=10.0.0.1"
    ;;
  *=*) ;;
  *) fail "\"$1\" has no address: write NAME=ADDRESS, like n1=10.0.0.1" ;;
  esac
}

# Into the list of machines with an engine server, or of those without. A machine whose addresses
# changed needs another certificate.
remember() {
  grep -qxF "$2" "$1" && return
  for known in "$servers" "$others"; do
    grep -v "^${2%%=*}=" "$known" >"$known.new" || true
    mv "$known.new" "$known"
  done
  echo "$2" >>"$1"
  rm -f "$folder/${2%%=*}/machine.pem"
}

make_authority() {
  [ -s "$folder/ca/ca.pem" ] && return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
    -days "$authority_days" -subj "/CN=Starling servers" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
    -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout "$folder/ca/ca-key.pem" -out "$folder/ca/ca.pem" 2>"$folder/ca/openssl.log" ||
    fail "openssl cannot make the authority: see $folder/ca/openssl.log"
}

# Only letters and digits, so that it may stand in any file and address.
make_password() {
  [ -s "$folder/ca/$1" ] || openssl rand -hex 24 >"$folder/ca/$1"
}

is_number() {
  case "$1" in
  *:*) return 0 ;;
  *[!0-9.]*) return 1 ;;
  esac
}

certified_names() {
  names="DNS:$1"
  for address in $(echo "$2" | tr ',' ' '); do
    if is_number "$address"; then names="$names,IP:$address"; else names="$names,DNS:$address"; fi
  done
  echo "$names"
}

make_certificate() {
  own="$folder/$1"
  [ -s "$own/machine.pem" ] && return
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=serverAuth,clientAuth"
    echo "subjectAltName=$(certified_names "$1" "$2")"
  } >"$own/extensions"
  {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=$1" \
      -keyout "$own/machine-key.pem" -out "$own/request" &&
      openssl x509 -req -sha256 -days "$machine_days" -in "$own/request" \
        -CA "$folder/ca/ca.pem" -CAkey "$folder/ca/ca-key.pem" \
        -set_serial "0x$(openssl rand -hex 16)" -extfile "$own/extensions" -out "$own/machine.pem"
  } 2>"$folder/ca/openssl.log" || fail "openssl cannot certify $1: see $folder/ca/openssl.log"
  rm "$own/request" "$own/extensions"
  echo "$own: $(openssl x509 -noout -enddate -in "$own/machine.pem" | sed 's/notAfter=/valid to /')"
}

make_machine() {
  mkdir -p "$folder/$1"
  make_certificate "$1" "$2"
  cp "$folder/ca/ca.pem" "$folder/ca/nats-password" "$folder/$1/"
}

# A machine's first address is where the others reach it.
route_address() {
  case "${1%%,*}" in
  *:*) echo "[${1%%,*}]:6222" ;;
  *) echo "${1%%,*}:6222" ;;
  esac
}

# Every server is told of all, itself too.
routes() {
  password=$(cat "$folder/ca/nats-route-password")
  while IFS='=' read -r _ addresses; do
    echo "  \"nats-route://route:$password@$(route_address "$addresses")\""
  done <"$servers"
}

make_server() {
  make_machine "$1" "$2"
  {
    echo "# Included by nats-server.conf: what differs from machine to machine and what is secret."
    echo "server_name: $1"
    echo "LOG_PASSWORD: \"$(cat "$folder/ca/nats-password")\""
    echo "OPERATOR_PASSWORD: \"$(cat "$folder/ca/nats-operator-password")\""
    echo "ROUTE_PASSWORD: \"$(cat "$folder/ca/nats-route-password")\""
    echo "ROUTE_ADDRESS: \"$(route_address "$2")\""
    echo "ROUTES: ["
    routes
    echo "]"
  } >"$folder/$1/nats-machine.conf"
}

[ $# -ge 1 ] || fail "say into which folder, and for which machines: secrets n1=10.0.0.1"
folder=$1
servers="$folder/ca/servers"
others="$folder/ca/others"
shift
for machine in "$@"; do check "$machine"; done
[ $# -ge 1 ] || [ -s "$servers" ] || fail "$folder has no machines: add n1=10.0.0.1 and so on"
mkdir -p "$folder/ca"
# Where FOLDER lies in a clone, nothing of it is ever committed.
echo "*" >"$folder/.gitignore"
touch "$servers" "$others"
list=$servers
for machine in "$@"; do
  if [ "$machine" = without-engine ]; then list=$others; else remember "$list" "$machine"; fi
done
make_authority
make_password nats-password
make_password nats-operator-password
make_password nats-route-password
while IFS='=' read -r name addresses; do make_server "$name" "$addresses"; done <"$servers"
while IFS='=' read -r name addresses; do make_machine "$name" "$addresses"; done <"$others"
rm -f "$folder/ca/openssl.log"
