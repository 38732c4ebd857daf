# The same program in another image, as a rebuild gives it
ARG BASE
FROM ${BASE}
COPY variant /etc/clawkit-variant
