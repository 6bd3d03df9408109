"""Addresses of consumer apps: who may call them, beside `tests.authorization_matrix`."""

# Of the API, for consumer apps: whoever names an app that lets members log in, by method.
APPS = {
    "api:auth-otp": {"POST"},
    "api:auth-otp-verify": {"POST"},
    "api:auth-refresh": {"POST"},
    "api:auth-logout": {"POST"},
}

# Of the API, for a member about themselves: their own token and no other, by method.
OWN = {
    "api:me": {"GET", "PATCH"},
    "api:me-card": {"GET"},
    "api:me-timeline": {"GET"},
    "api:me-consents": {"GET", "POST"},
    "api:me-privacy-requests": {"GET", "POST"},
    "api:me-package": {"GET"},
    "api:me-sessions": {"GET"},
    "api:me-session": {"DELETE"},
    "api:me-account": {"GET"},
    "api:me-ledger": {"GET"},
    "api:me-benefits": {"GET"},
    "api:me-benefit-claim": {"POST"},
    "api:me-benefit-rate": {"POST"},
    "api:me-coupons": {"GET"},
    "api:me-rewards": {"GET"},
    "api:me-reward-redemptions": {"POST"},
    "api:me-redemptions": {"GET"},
    "api:me-redemption": {"GET"},
    "api:me-redemption-cancel": {"POST"},
    "api:me-check-ins": {"GET", "POST"},
    "api:me-challenges": {"GET"},
    "api:me-challenge-join": {"POST"},
    "api:me-referral": {"GET", "POST"},
    "api:me-referral-invitations": {"POST"},
    "api:me-offers": {"GET"},
    "api:me-inbox": {"GET"},
    "api:me-inbox-read": {"POST"},
    "api:me-message-credits": {"POST"},
}
CALLS = APPS | OWN
