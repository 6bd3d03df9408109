"""The console's pages of this app; `config.console.apps` imports every module here."""
