"""Messages to members: what leaves the house, and to where."""

from config.settings.environment import env, require

# Places of one's own network that webhooks may reach, each "host:port"; they may be plain HTTP.
# Every other address has to be https and public.
OUTBOUND_TRUSTED_HOSTS = require("OUTBOUND_TRUSTED_HOSTS", env.list, default=[])
# Certificates of an authority of one's own that those places show, as PEM.
OUTBOUND_CA_FILE = env.str("OUTBOUND_CA_FILE", default="")
