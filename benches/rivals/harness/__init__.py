"""The driver behind `run.py`: tools, inputs, contestants, measurements, answers and tables."""
