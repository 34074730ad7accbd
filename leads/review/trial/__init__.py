"""Pages and API of trying a definition on the past, and of where both sides disagree with it: the
rim of `backtest` and `disagreement` beside it."""
