import sys
from pathlib import Path

# The reader is beside its tests; test folders are not packages.
sys.path.insert(0, str(Path(__file__).parent))
