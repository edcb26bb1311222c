"""The offline preview: run the program without a cloud, then check, price, time and draw what it would create."""
