"""The shop as a buyer sees it, under `/{world}/loja/{store_id}`, in Portuguese."""
