"""Signing in (登录配置): password policy, second factor, lock-out, sessions. Everything denies by default."""

from __future__ import annotations

import os
from datetime import timedelta

# mlps3: composition and change at intervals (GB/T 22239-2019); asvs: neither (OWASP ASVS 5.0).
SECURITY_PROFILE = os.environ.get("ZJY_SECURITY_PROFILE", "mlps3")
ZJY_PASSWORD_DAYS: int | None = None  # None: as the profile says; 0: never
ZJY_SECOND_FACTOR_FOR_OFFICERS = True
ZJY_IDLE_MINUTES = 30
ZJY_ACCOUNT_FAILURES = 5  # failed attempts on one account, from wherever
ZJY_ADDRESS_FAILURES = 30  # failed attempts from one address, on whichever accounts

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "zhujianyun.kernel.access.backends.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "zhujianyun.kernel.access.passwords.PolicyValidator"}]

LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/workbench/"
LOGOUT_REDIRECT_URL = "/signin/"
WAGTAILADMIN_LOGIN_URL = LOGIN_URL

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"

ACCOUNT_ADAPTER = "zhujianyun.ui.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = False  # axes counts in the database, for every process at once
ACCOUNT_FORMS = {
    "login": "zhujianyun.ui.signin.forms.SignInForm",
    "change_password": "zhujianyun.ui.signin.forms.ChangePasswordForm",
    "reauthenticate": "zhujianyun.ui.signin.forms.ReauthenticateForm",
}

MFA_ADAPTER = "zhujianyun.ui.signin.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "住建云"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "zhujianyun.ui.signin.forms.SecondFactorForm",
    "reauthenticate": "zhujianyun.ui.signin.forms.SecondFactorAgainForm",
    "activate_totp": "zhujianyun.ui.signin.forms.ActivateForm",
}

AXES_HANDLER = "zhujianyun.ui.signin.lockout.Handler"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_FAILURE_LIMIT = ZJY_ACCOUNT_FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "zhujianyun.ui.signin.lockout.counted_name"
AXES_LOCKOUT_CALLABLE = "zhujianyun.ui.signin.lockout.locked_page"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "password", "code", "oldpassword", "password1", "password2"]
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # the journal remembers who signed in
AXES_ENABLE_ADMIN = False
