# sign.sh: a token for one request to the 3018 hub; read by the other scripts.
# Needs bash, openssl and awk.
HUB=${HUB:-https://hub.example} PARTNER=${PARTNER:-my-app}
KID=${KID:-key-1} KEY=${KEY:-private.pem}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

new_jti() { openssl rand -hex 16; }

# openssl signs as DER: two numbers with lengths. A token wants both as exactly 32 bytes each.
es256() {
  openssl dgst -sha256 -sign "$KEY" | openssl asn1parse -inform DER |
    awk -F: '/INTEGER/ { printf "%64s", $NF }' | tr ' ' 0 |
    while read -r -n 2 byte; do printf "\\x$byte"; done
}

# token METHOD PATH SCOPE JTI [BODY]
token() {
  local now digest='' header claims
  now=$(date +%s)
  if [ -n "${5:-}" ]; then
    digest=$(printf %s "$5" | openssl dgst -sha256 -binary | openssl base64 -A)
    digest=",\"content_digest\":\"sha-256=:$digest:\""
  fi
  header="{\"alg\":\"ES256\",\"typ\":\"handoff+jwt\",\"kid\":\"$KID\"}"
  claims="{\"iss\":\"$PARTNER\",\"aud\":\"$HUB\",\"iat\":$now,\"exp\":$((now + 120))"
  claims="$claims,\"jti\":\"$4\",\"scope\":\"$3\",\"htm\":\"$1\",\"htu\":\"$2\"$digest}"
  header=$(printf %s "$header" | base64url)
  claims=$(printf %s "$claims" | base64url)
  printf %s "$header.$claims.$(printf %s "$header.$claims" | es256 | base64url)"
}
