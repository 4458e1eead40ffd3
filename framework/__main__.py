"""``python -m framework``: run the pipeline on videos."""

from framework.cli import main

if __name__ == "__main__":
    main()
