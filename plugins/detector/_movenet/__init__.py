"""Google's MoveNet networks: their files, the reader of TF.js graphs, and how they are run."""
