"""Files of a list, with the rows and columns of its page: order.py decides what, reading.py reads
it, csv.py and workbook.py write it, background.py does so in a job."""
