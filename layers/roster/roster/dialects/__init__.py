"""The five dialects: wire shapes, request reading and error words. Nothing below knows them."""
