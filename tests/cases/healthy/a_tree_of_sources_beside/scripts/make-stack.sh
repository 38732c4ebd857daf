#!/bin/bash
set -eu
cat > "$1/docker-compose.yml" <<YAML
services:
  app:
    image: $(cat image.txt)
	ports: [$PORT]
YAML
. "$(dirname "$0")/common.sh"
