# sed -nE: of an application's .env (dotenv) the lines that are the gate's, written so that systemd reads the same values.
# The bridge shall not hold the application's other secrets.
s/\r$//
s/^[[:space:]]*(export[[:space:]]+)?((GATE|AWS|MEDIAMTX|NODE)_[A-Z0-9_]+=)/\2/
/^(GATE|AWS|MEDIAMTX|NODE)_[A-Z0-9_]+=/!d
# In quotes both read the same, but for a comment behind them, which systemd takes for a part of the value.
/=["']/{
  s/^([A-Z0-9_]+=("([^"\\]|\\.)*"|'[^']*'))[[:space:]]+#.*/\1/
  p
  d
}
s/[[:space:]]+#.*//
# Without quotes systemd takes a backslash for its own.
s/\\/&&/g
p
