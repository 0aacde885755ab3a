import os
import platform

from flask import Flask

GREETING = "Hello from an image laid brick by brick"

app = Flask(__name__)


@app.route("/")
def hello():
    return f"{GREETING}, on {platform.machine()}.\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "5000")))

# bench-change: 0
