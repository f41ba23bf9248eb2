"""The one encoder-decoder that every Mapperatorinator checkpoint runs on."""
